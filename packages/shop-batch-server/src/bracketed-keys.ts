import { forbiddenKeys } from './safe-json.ts';
import { ShopBatchError } from './shop-batch-error.ts';

/**
 * Form fields with bracketed keys (`data[requests][0][method]`), the way PHP's `http_build_query` and curl send nested
 * arrays, turned into the tree they stand for. Values stay strings: no re-typing.
 */

/** One field of a form, in the order sent. */
export type FormField = readonly [key: string, value: string];

// A Map keeps insertion order even for number-like keys and has no prototype to pollute.
type Branch = Map<string, Branch | string>;

const wrong = (why: string): never => {
  throw new ShopBatchError('wrongData', why);
};

// Keys are the caller's text and may hold anything: shown shortened, in quotes.
const shown = (key: string) => JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key);

const keyPath = (key: string, maxDepth: number): string[] => {
  const open = key.indexOf('[');
  if (open < 0) return [key];
  const path = [key.slice(0, open)];
  for (let at = open; at < key.length; ) {
    const close = key[at] === '[' ? key.indexOf(']', at) : -1;
    if (close < 0) return wrong(`The form key ${shown(key)} has unbalanced brackets.`);
    path.push(key.slice(at + 1, close));
    if (path.length > maxDepth) wrong(`The form key ${shown(key)} is nested more than ${maxDepth} levels deep.`);
    at = close + 1;
  }
  return path;
};

const put = (root: Branch, [key, value]: FormField, maxDepth: number) => {
  const path = keyPath(key, maxDepth);
  let branch = root;
  for (const [index, step] of path.entries()) {
    // `list[]` appends, as in PHP.
    const name = step === '' && index > 0 ? String(branch.size) : step;
    if (forbiddenKeys.has(name)) wrong(`The form key ${shown(key)} is not allowed.`);
    const existing = branch.get(name);
    if (index === path.length - 1) {
      if (existing !== undefined) wrong(`The form key ${shown(key)} is given twice.`);
      branch.set(name, value);
      return;
    }
    if (typeof existing === 'string') return wrong(`The form key ${shown(key)} is a text elsewhere in the same form.`);
    const next: Branch = existing ?? new Map();
    if (existing === undefined) branch.set(name, next);
    branch = next;
  }
};

const isIndex = (key: string) => /^(?:0|[1-9]\d*)$/.test(key);

/** A branch whose keys are all numbers is a list, and then they must be exactly 0…n-1, in any order. */
const settle = (branch: Branch): unknown => {
  const keys = [...branch.keys()];
  if (keys.every(isIndex)) {
    const list: unknown[] = new Array(keys.length);
    for (const [key, value] of branch) {
      const index = Number(key);
      if (index >= keys.length) wrong(`The form has the list index ${shown(key)} in a list of ${keys.length}.`);
      list[index] = typeof value === 'string' ? value : settle(value);
    }
    return list;
  }
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, value] of branch) object[key] = typeof value === 'string' ? value : settle(value);
  return object;
};

/**
 * @param fields at most as many as the caller's own limit allows; see `maxFields`
 * @throws {ShopBatchError} `wrongData` (400/40005): prototype keys, nesting, sparse lists, contradicting keys
 */
export const parseBracketedKeys = (fields: readonly FormField[], maxDepth: number): unknown => {
  const root: Branch = new Map();
  for (const field of fields) put(root, field, maxDepth);
  return root.size === 0 ? Object.create(null) : settle(root);
};
