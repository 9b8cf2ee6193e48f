/**
 * Checks by hand what `@batchfeed/schemas` defines, because they run on every call and a schema library would cost more
 * than the rest of the call. A check gives the first thing that is wrong, naming the field, or undefined. A test holds
 * every check against its schema.
 */
export type Check = (value: Record<string, unknown>) => string | undefined;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The checks of single fields: true when fine. Kept as named pieces so that the tables below read like the schemas. */
const isId = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isAbsent = (value: unknown): boolean => value === undefined || value === null;

export const requireId = (value: Record<string, unknown>, field: string, path = field): string | undefined =>
  isId(value[field]) ? undefined : `${path} must be a non-empty string`;

export const optionalId = (value: Record<string, unknown>, field: string, path = field): string | undefined =>
  isAbsent(value[field]) || isId(value[field]) ? undefined : `${path} must be a non-empty string when given`;

export const optionalText = (value: Record<string, unknown>, field: string): string | undefined =>
  value[field] === undefined || typeof value[field] === 'string' ? undefined : `${field} must be a string when given`;

export const optionalNumber = (value: Record<string, unknown>, field: string): string | undefined =>
  value[field] === undefined || typeof value[field] === 'number' ? undefined : `${field} must be a number when given`;

/** The first problem among the elements of a list, or that it is none. */
export const eachOf = (
  list: unknown,
  field: string,
  check: (element: Record<string, unknown>, path: string) => string | undefined,
): string | undefined => {
  if (!Array.isArray(list)) return `${field} must be an array`;
  for (let index = 0; index < list.length; index += 1) {
    const element: unknown = list[index];
    if (!isObject(element)) return `${field}[${index}] must be an object`;
    const problem = check(element, `${field}[${index}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
