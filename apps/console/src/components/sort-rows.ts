/** Which column a table is sorted by. */
export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

interface Sortable<T> {
  readonly id: string;
  readonly sortBy?: (row: T) => string | number;
}

/** The rows in that order; as they come without one. */
export function sortRows<T>(
  rows: readonly T[],
  columns: readonly Sortable<T>[],
  sorting: Sorting | undefined,
): readonly T[] {
  const by = columns.find(({ id }) => id === sorting?.column)?.sortBy;
  if (!by || !sorting) return rows;
  const sign = sorting.descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [by(one), by(other)];
    return sign * (typeof a === 'string' ? a.localeCompare(String(b)) : a - Number(b));
  });
}
