import { isEmptyBody, unwrapResponse } from '@batchfeed/schemas';
import { readXml } from './read-xml.ts';

/**
 * The reading path of every answer. The shapes are those of `batchAnswerSchema` and `batchAnswerPartSchema`, checked by
 * hand because an answer of 200 rows passes here for every batch; a test keeps both in agreement.
 */

/** One part as read: a number for its status, `undefined` for an empty body. */
export interface AnswerPart {
  readonly method: string;
  readonly uri: string;
  readonly status: number;
  readonly body: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON or XML, told by its first character: servers are known to say one and send the other. Undefined when neither. */
export function readDocument(text: string): unknown {
  if (/^\s*</.test(text)) return readXml(text);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The parts of an answer, each still unread; undefined when the document is not a batch answer. */
export function readParts(document: unknown): unknown[] | undefined {
  const inner = unwrapResponse(document);
  if (!isObject(inner)) return undefined;
  const { requests } = inner;
  if (isObject(requests) && 'request' in requests) {
    const { request } = requests;
    if (Array.isArray(request)) return request;
    return isEmptyBody(request) ? [] : [request];
  }
  return 'requests' in inner && isEmptyBody(requests) ? [] : undefined;
}

function readStatus(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\s*\d{3}\s*$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 599 ? status : undefined;
}

/** One part, or undefined when it is malformed. */
export function readPart(part: unknown): AnswerPart | undefined {
  if (!isObject(part)) return undefined;
  const { method, uri, response } = part;
  if (typeof method !== 'string' || typeof uri !== 'string' || !isObject(response)) return undefined;
  if (!isObject(response.header)) return undefined;
  const status = readStatus(response.header.statusCode);
  if (status === undefined) return undefined;
  const { body } = response;
  return { method: method.trim(), uri: uri.trim(), status, body: isEmptyBody(body) ? undefined : body };
}

/**
 * The items of a collection's answer, whichever way it came: `items` as list, as one object, as `{item: …}` from XML, or
 * empty.
 */
export function itemsOf(body: unknown): unknown[] {
  const collection = unwrapResponse(body);
  const items = isObject(collection) ? collection.items : collection;
  const list = isObject(items) && 'item' in items && Object.keys(items).length === 1 ? items.item : items;
  if (isEmptyBody(list)) return [];
  return Array.isArray(list) ? list : [list];
}
