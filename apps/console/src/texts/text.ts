import { en } from './en.ts';

/**
 * The one way a sentence reaches the page. Keys are paths into the catalogue; a plural is an object of the forms the
 * language has, of which `count` chooses. Another language is another object of the same shape.
 */

type Plural = { readonly other: string; readonly one?: string };
type Entry = string | Plural;
type Leaves<T, Prefix extends string> = {
  [K in keyof T & string]: T[K] extends Entry ? `${Prefix}${K}` : Leaves<T[K], `${Prefix}${K}.`>;
}[keyof T & string];

type Catalogue = typeof en;
export type TextKey = Leaves<Catalogue, ''>;

type EntryAt<T, K extends string> = K extends keyof T
  ? T[K]
  : K extends `${infer Head}.${infer Rest}`
    ? Head extends keyof T
      ? EntryAt<T[Head], Rest>
      : never
    : never;
type Forms<E> = E extends string ? E : E extends Plural ? E['other'] | Extract<E[keyof E], string> | '{count}' : never;
type Placeholders<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never;
type NamesIn<K extends TextKey> = Placeholders<Forms<EntryAt<Catalogue, K>>>;
type Values<K extends TextKey> = { readonly [Name in NamesIn<K>]: Name extends 'count' ? number : string | number };
/** No second argument for a text without placeholders, all of its values for any other. */
type Arguments<K extends TextKey> = [NamesIn<K>] extends [never] ? [] : [values: Values<K>];

const locale = 'en';
const plurals = new Intl.PluralRules(locale);
const numbers = new Intl.NumberFormat(locale);

/** The text of that key, with its placeholders filled in. Numbers are written the way the language writes them. */
export function t<K extends TextKey>(key: K, ...[values]: Arguments<K>): string {
  const given = (values ?? {}) as Record<string, string | number>;
  return fill(formOf(find(key), given.count), given);
}

/** Whether the catalogue has this key: for names that come from the server, such as seal reasons. */
export function hasText(key: string): key is TextKey {
  const entry = lookUp(key);
  return typeof entry === 'string' || isPlural(entry);
}

/** The text of a key that is made from a server's name, or the name itself where the catalogue does not know it yet. */
export function textOr(key: string, fallback: string): string {
  const entry = lookUp(key);
  return typeof entry === 'string' ? entry : fallback;
}

function find(key: string): Entry {
  const entry = lookUp(key);
  if (typeof entry === 'string' || isPlural(entry)) return entry;
  throw new TypeError(`texts: there is no "${key}".`);
}

function lookUp(key: string): unknown {
  let found: unknown = en;
  for (const part of key.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}

function isPlural(entry: unknown): entry is Plural {
  return typeof entry === 'object' && entry !== null && typeof (entry as Partial<Plural>).other === 'string';
}

function formOf(entry: Entry, count: string | number | undefined): string {
  if (typeof entry === 'string') return entry;
  const form = plurals.select(Number(count ?? 0));
  return (entry as Record<string, string>)[form] ?? entry.other;
}

function fill(form: string, values: Record<string, string | number>): string {
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numbers.format(value) : value;
  });
}
