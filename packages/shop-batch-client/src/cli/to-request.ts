import type { ShopMethod } from '@batchfeed/schemas';
import type { ShopRequest } from '../row.ts';
import { FORBIDDEN_NAMES, type InputRow } from './input-row.ts';

/** How rows become requests. */
export interface Mapping {
  /** Such as `productExtend`; undefined when every row is a whole request (`method`, `uri`, `data`). */
  readonly resource: string | undefined;
  readonly method: ShopMethod;
  /** The field whose value is the resource's id in the URI. */
  readonly outerId: string | undefined;
  /** Field of the row → path in the request's data (`price` → `prices.0.gross`); an empty path drops the field. */
  readonly map: ReadonlyMap<string, string>;
  /** Whether a dot in a name that is not mapped nests, too: in CSV there is no other way to nest. */
  readonly nestNames: boolean;
}

const TAKES_DATA: ReadonlySet<ShopMethod> = new Set(['POST', 'PUT']);

/** The request of a row, or what is wrong with the row. */
export function toRequest(row: InputRow, mapping: Mapping): ShopRequest | string {
  const { fields } = row;
  if (fields === undefined) return row.problem ?? 'it cannot be read';
  if (mapping.resource === undefined) return wholeRequest(fields);
  const uri = uriOf(fields, mapping.resource, mapping.outerId);
  if (uri === undefined) return `its field "${mapping.outerId}" holds no usable id`;
  if (!TAKES_DATA.has(mapping.method)) return { method: mapping.method, uri };
  const data: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const path = mapping.map.get(name) ?? name;
    if (path === '') continue;
    const steps = mapping.nestNames || mapping.map.has(name) ? path.split('.') : [path];
    if (!put(data, steps, value)) return `its field "${name}" cannot be put at "${path}"`;
  }
  return { method: mapping.method, uri, data };
}

function wholeRequest(fields: Readonly<Record<string, unknown>>): ShopRequest | string {
  const { method, uri, data, ...others } = fields;
  const extra = Object.keys(others)[0];
  if (extra !== undefined) return `it has a field "${extra}": without --resource a row is {method, uri, data}`;
  if (typeof method !== 'string' || typeof uri !== 'string') return 'without --resource it needs method and uri';
  // What else may be wrong is the client's to find: it checks every request alike.
  return {
    method: method as ShopMethod,
    uri,
    ...(data === undefined ? {} : { data: data as Record<string, unknown> }),
  };
}

function uriOf(fields: Readonly<Record<string, unknown>>, resource: string, outerId: string | undefined) {
  if (outerId === undefined) return resource;
  const id = fields[outerId];
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  const text = String(id).trim();
  return text === '' || text === '.' || text === '..' ? undefined : `${resource}/${encodeURIComponent(text)}`;
}

function put(target: Record<string, unknown>, [step, ...steps]: readonly string[], value: unknown): boolean {
  if (step === undefined || step === '' || FORBIDDEN_NAMES.has(step)) return false;
  if (steps.length === 0) {
    if (step in target) return false;
    target[step] = value;
    return true;
  }
  // A number names a place in a list.
  target[step] ??= /^\d{1,3}$/.test(steps[0] as string) ? [] : {};
  const next = target[step];
  if (typeof next !== 'object' || next === null) return false;
  return put(next as Record<string, unknown>, steps, value);
}
