import type { Readable } from 'node:stream';
import { type Dispatcher, request } from 'undici';
import { CliError } from './cli-error.ts';

// biome-ignore lint/suspicious/noExplicitAny: each command knows what its route answers with
export type Answer = any;

/** The platform's operator API. Refusals and silence are `CliError`s. */
export class ApiClient {
  readonly url: string;
  readonly #token: () => string;

  constructor(url: string, token: () => string) {
    this.url = url.replace(/\/+$/, '');
    this.#token = token;
  }

  /** The `data` of an answer. */
  async call(method: Dispatcher.HttpMethod, path: string, body?: object): Promise<Answer> {
    return (await this.whole(method, path, body)).data;
  }

  /** The same of a resource that may be gone: then undefined. */
  async find(path: string): Promise<Answer | undefined> {
    const response = await this.#exchange('GET', path, 'application/json');
    if (response.statusCode !== 404) return (await this.#read('GET', path, response)).data;
    await response.body.dump();
    return undefined;
  }

  /** The whole answer: a list comes with its total. */
  async whole(method: Dispatcher.HttpMethod, path: string, body?: object): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await this.#exchange(method, path, 'application/json', text);
    return this.#read(method, path, response);
  }

  async upload(path: string, body: Readable, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await this.#exchange('POST', path, 'application/x-ndjson', body, headers);
    return (await this.#read('POST', path, response)).data;
  }

  /** An answer that is a stream. */
  async stream(path: string): Promise<Readable> {
    const response = await this.#exchange('GET', path, 'application/json');
    if (response.statusCode !== 200) await this.#read('GET', path, response);
    return response.body;
  }

  async #read(method: string, path: string, { statusCode, body }: Dispatcher.ResponseData): Promise<Answer> {
    const text = await body.text();
    let answer: Answer;
    try {
      answer = JSON.parse(text);
    } catch {
      throw new CliError('REFUSED', `${this.url} does not answer like a platform: ${text.slice(0, 100)}`);
    }
    if (statusCode >= 200 && statusCode < 300) return answer;
    throw new CliError('REFUSED', `${method} ${path}: ${answer.error} (error id ${answer.error_id}, also in the log)`);
  }

  async #exchange(
    method: Dispatcher.HttpMethod,
    path: string,
    type: string,
    body?: string | Readable,
    headers: Record<string, string> = {},
  ): Promise<Dispatcher.ResponseData> {
    const authorization = this.#token();
    try {
      return await request(`${this.url}${path}`, {
        method,
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': type }), ...headers },
        ...(body === undefined ? {} : { body }),
        // An upload is answered when its last line is on disk, as long as that takes.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
    } catch (cause) {
      const reason = (cause as { code?: string }).code ?? (cause as Error).message;
      throw new CliError(
        'UNREACHABLE',
        `No platform answers at ${this.url} (${reason}). Start one with batchfeed serve.`,
        {
          cause,
        },
      );
    }
  }
}
