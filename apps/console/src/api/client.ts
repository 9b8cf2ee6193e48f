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
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A page of a list, and how many there are in all. */
export interface ListPage<T> {
  readonly items: T[];
  readonly total: number;
}

/** One resource. */
export async function getOne<S extends z.ZodType>(path: string, schema: S, asked: Asked = {}): Promise<z.output<S>> {
  return dataOf(await request('GET', path, asked), schema, path);
}

/** A page of a list. */
export async function getList<S extends z.ZodType>(
  path: string,
  schema: S,
  asked: Asked = {},
): Promise<ListPage<z.output<S>>> {
  const { data, total } = parsed(await request('GET', path, asked), listWrapperSchema(schema), path);
  return { items: data, total };
}

/** An answer with an envelope of its own, such as a page with a cursor. */
export async function getWhole<S extends z.ZodType>(path: string, schema: S, asked: Asked = {}): Promise<z.output<S>> {
  return parsed(await request('GET', path, asked), schema, path);
}

/** A change, or a question too private for an address, that is answered with one resource. */
export async function send<S extends z.ZodType>(
  method: Exclude<Method, 'GET'>,
  path: string,
  schema: S,
  asked: Asked = {},
): Promise<z.output<S>> {
  return dataOf(await request(method, path, asked), schema, path);
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

async function request(method: Method, path: string, { query, body, signal, ifMatch }: Asked): Promise<unknown> {
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
  return content;
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
