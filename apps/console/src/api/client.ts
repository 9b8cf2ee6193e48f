import { errorWrapperSchema, listWrapperSchema, resourceWrapperSchema } from '@batchfeed/schemas';
import type { z } from 'zod';
import { t } from '../texts/text.ts';
import { ApiError } from './api-error.ts';

/**
 * The operator API as functions: same origin, the session's cookie, the header that keeps other sites out, and answers
 * parsed with the schemas the platform answers with. Every failure is an `ApiError`.
 */

type Query = Readonly<Record<string, string | number | boolean | undefined>>;
export interface Asked {
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** The ETag of what is changed: the change is refused (412) when somebody else was first. */
  readonly ifMatch?: string;
}
const LONGEST_PAGE = 1_000;
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A page of a list, and how many there are in all. */
export interface ListPage<T> {
  readonly items: T[];
  readonly total: number;
}

/** A resource, and the tag that names the state it is in: for `ifMatch`. */
export interface Tagged<T> {
  readonly value: T;
  readonly etag: string | undefined;
}

/** One resource. */
export async function getOne<S extends z.ZodType>(path: string, schema: S, asked: Asked = {}): Promise<z.output<S>> {
  return (await getTagged(path, schema, asked)).value;
}

/** One resource with its tag. */
export async function getTagged<S extends z.ZodType>(
  path: string,
  schema: S,
  asked: Asked = {},
): Promise<Tagged<z.output<S>>> {
  const { content, etag } = await request('GET', path, asked);
  return { value: dataOf(content, schema, path), etag };
}

/** A page of a list. */
export async function getList<S extends z.ZodType>(
  path: string,
  schema: S,
  asked: Asked = {},
): Promise<ListPage<z.output<S>>> {
  const { content } = await request('GET', path, asked);
  const { data, total } = parsed(content, listWrapperSchema(schema), path);
  return { items: data, total };
}

/** All of a list that is not expected to be long, page by page. */
export async function getAll<S extends z.ZodType>(path: string, schema: S, asked: Asked = {}): Promise<z.output<S>[]> {
  const items: z.output<S>[] = [];
  for (;;) {
    const query = { ...asked.query, first_result: items.length, max_results: LONGEST_PAGE };
    const page = await getList(path, schema, { ...asked, query });
    items.push(...page.items);
    if (page.items.length === 0 || items.length >= page.total) return items;
  }
}

/** An answer with an envelope of its own, such as a page with a cursor. */
export async function getWhole<S extends z.ZodType>(path: string, schema: S, asked: Asked = {}): Promise<z.output<S>> {
  const { content } = await request('GET', path, asked);
  return parsed(content, schema, path);
}

/** A change, or a question too private for an address, that is answered with one resource. */
export async function send<S extends z.ZodType>(
  method: Exclude<Method, 'GET'>,
  path: string,
  schema: S,
  asked: Asked = {},
): Promise<z.output<S>> {
  const { content } = await request(method, path, asked);
  return dataOf(content, schema, path);
}

/** A change of which only matters that it was made. */
export async function sendOnly(method: Exclude<Method, 'GET'>, path: string, asked: Asked = {}): Promise<void> {
  await request(method, path, asked);
}

/** A path with its parts encoded: `path\`/feeds/${id}\``. Names from the platform lead nowhere else that way. */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((whole, part, index) => `${whole}${encodeURIComponent(values[index - 1] ?? '')}${part}`);
}

/** Where a path of the operator API is, for links such as downloads. */
export function addressOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `/v1${path}${search === '' ? '' : `?${search}`}`;
}

interface Answer {
  readonly content: unknown;
  readonly etag: string | undefined;
}

async function request(method: Method, path: string, { query, body, signal, ifMatch }: Asked): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['x-batchfeed-console'] = '1';
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (ifMatch !== undefined) headers['if-match'] = ifMatch;
  let answer: Response;
  try {
    answer = await fetch(addressOf(path, query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('NO_ANSWER', t('common.noAnswer'), { cause: error });
  }
  const content: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw refusal(answer.status, content, path);
  return { content, etag: answer.headers.get('etag') ?? undefined };
}

/** The error a refusing answer stands for, whoever gave it: the platform, or something in front of it. */
export function refusal(status: number, content: unknown, path: string): ApiError {
  const known = errorWrapperSchema.safeParse(content);
  if (known.success) {
    return new ApiError('REFUSED', known.data.error, { status, errorId: known.data.error_id });
  }
  // What stands in front of a platform that is down answers for it.
  if (status >= 502 && status <= 504) return new ApiError('NO_ANSWER', t('common.noAnswer'), { status });
  return new ApiError('UNEXPECTED_ANSWER', t('common.unexpectedAnswer', { where: `${status}, ${path}` }), { status });
}

function dataOf<S extends z.ZodType>(content: unknown, schema: S, path: string): z.output<S> {
  const { data } = parsed(content, resourceWrapperSchema<z.ZodType<z.output<S>>>(schema as never), path);
  return data;
}

function parsed<S extends z.ZodType>(content: unknown, schema: S, path: string): z.output<S> {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join('.') ?? '';
  throw new ApiError('UNEXPECTED_ANSWER', t('common.unexpectedAnswer', { where: `${path} ${where}`.trim() }), {
    cause: result.error,
  });
}
