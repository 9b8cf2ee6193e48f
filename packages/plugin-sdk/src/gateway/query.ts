/** Query parameters as the official SDK writes them: `a=1`, `list[0]=x`, `object[field]=y`; undefined is left out. */
export const queryOf = (value: unknown, path = ''): [name: string, value: string][] => {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return path === '' ? [] : [[path, String(value ?? '')]];
  return Object.entries(value).flatMap(([field, inner]) => queryOf(inner, path === '' ? field : `${path}[${field}]`));
};
