import type { PutProperty } from '@batchfeed/schemas';

/** The types a property can be given here, and how what is typed becomes its value; undefined for what is none. */
const readers = {
  STRING: (typed: string) => ({ value: typed }),
  PASSWORD: (typed: string) => ({ value: typed }),
  URL: (typed: string) => (URL.canParse(typed) ? { url: typed } : undefined),
  INT: (typed: string) => (/^-?\d{1,15}$/.test(typed) ? { value: Number(typed) } : undefined),
  DOUBLE: (typed: string) =>
    typed.trim() !== '' && Number.isFinite(Number(typed)) ? { value: Number(typed) } : undefined,
  BOOLEAN: (typed: string) => (['true', 'false'].includes(typed) ? { value: typed === 'true' } : undefined),
} satisfies Record<string, (typed: string) => PutProperty['value'] | undefined>;

export type PropertyTypeName = keyof typeof readers;
export const propertyTypeNames = Object.keys(readers) as PropertyTypeName[];

/** A property as it is typed. */
export interface TypedProperty {
  /** Tells rows apart while they are edited. */
  readonly key: number;
  readonly name: string;
  readonly type: PropertyTypeName;
  readonly value: string;
}

export interface NamedProperty {
  readonly name: string;
  readonly body: PutProperty;
}

/** What is sent for a row; undefined when its value is not of its type. */
export function readProperty({ name, type, value }: TypedProperty): NamedProperty | undefined {
  const read: PutProperty['value'] | undefined = readers[type](value);
  return read === undefined ? undefined : { name: name.trim(), body: { property_type: type, value: read } };
}

export type PropertyFault = 'noName' | 'doubled' | 'notOfType';

/** What is wrong with a row among the others. A row without name and value is none. */
export function propertyFault(row: TypedProperty, rows: readonly TypedProperty[]): PropertyFault | undefined {
  const name = row.name.trim();
  if (isBlank(row)) return undefined;
  if (name === '') return 'noName';
  if (rows.some((other) => other.key !== row.key && other.name.trim() === name)) return 'doubled';
  return readProperty(row) === undefined ? 'notOfType' : undefined;
}

export const isBlank = ({ name, value }: TypedProperty): boolean => name.trim() === '' && value === '';

/** Whether its value is to be typed unseen: by its type, or by a name that the platform keeps sealed, too. */
export const isSecret = ({ name, type }: Pick<TypedProperty, 'name' | 'type'>): boolean =>
  type === 'PASSWORD' || /passw(or)?d|secret|credential|token|api_?key|private_?key/i.test(name);

/** The type to type a value in: the declared one, which the platform insists on, where there is a way to. */
export const typeToType = (declared: string): PropertyTypeName =>
  propertyTypeNames.find((name) => name === declared) ?? 'STRING';
