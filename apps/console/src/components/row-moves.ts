/** Which row a key leads to from one: `last` is the last row's index, `page` how many rows are in sight. */
const moves: Readonly<Record<string, (index: number, last: number, page: number) => number>> = {
  ArrowDown: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  PageDown: (index, _, page) => index + page,
  PageUp: (index, _, page) => index - page,
  Home: () => 0,
  End: (_, last) => last,
};

/** The row a key leads to; undefined for keys that move nowhere. */
export function rowAfter(key: string, index: number, count: number, page: number): number | undefined {
  const target = (Object.hasOwn(moves, key) ? moves[key] : undefined)?.(index, count - 1, page);
  return target === undefined ? undefined : Math.max(0, Math.min(count - 1, target));
}
