/** Tells the person who started the run. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A number as people read it. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}
