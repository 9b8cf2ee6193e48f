/** Whether a text is an id in the one way ids are written; SQLite would take `007` or `7.0` for 7 as well. */
export function isId(text: string): boolean {
  return /^(0|[1-9][0-9]{0,17})$/.test(text);
}
