import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ShopMethod } from '@batchfeed/schemas';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LocalRequest, LocalResponse } from './local-exchange.ts';
import type { RequestTarget } from './request-target.ts';
import { ShopBatchError } from './shop-batch-error.ts';

/** One request of a batch, checked and ready to go. */
export interface BatchPart extends RequestTarget {
  method: ShopMethod;
  /** Body to send, already JSON; `undefined` for none. */
  payload: string | undefined;
}

export interface PartAnswer {
  statusCode: number;
  body: unknown;
  /** Bytes of the body as it came from the route; counts towards `maxAnswerBytes`. Default 0. */
  bytes?: number;
}

/** What a part needs to know of the call it came in. */
export interface DispatchContext {
  /** Position in the batch, from 0. */
  index: number;
  /** The call of the batch endpoint. */
  envelope: FastifyRequest;
  /** Headers of the call that go along with every part, lower case. */
  headers: Readonly<Record<string, string>>;
  /** Aborted when the caller hung up or a deadline passed. */
  signal: AbortSignal;
}

/** Carries one part to its route and back. Rejects only when there is no answer. */
export type Dispatch = (part: BatchPart, context: DispatchContext) => Promise<PartAnswer>;

const isJson = (contentType: unknown) => typeof contentType === 'string' && /[/+]json\b/i.test(contentType);

/** The body of an answer: JSON as its tree, nothing as `{}`, anything else as text. */
export const readPartBody = (text: string, contentType: unknown): unknown => {
  if (text === '') return {};
  if (!isJson(contentType)) return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ShopBatchError('badGateway', 'It is not valid JSON.', { cause });
  }
};

/** Sends parts through the routes of this very server: hooks, validation and all, without a socket. */
export const localDispatch =
  (server: FastifyInstance): Dispatch =>
  ({ method, target, payload }, { envelope, index, headers }) =>
    new Promise((resolve, reject) => {
      const { remoteAddress } = envelope.raw.socket;
      const origin = { remoteAddress, encrypted: 'encrypted' in envelope.raw.socket };
      const request = new LocalRequest(method, target, { ...headers }, payload, origin, { envelope, index });
      const response = new LocalResponse(request);
      response
        .once('finish', () => {
          try {
            const body = readPartBody(response.text, response.getHeader('content-type'));
            resolve({ statusCode: response.statusCode, body, bytes: response.bytes });
          } catch (error) {
            reject(error);
          }
        })
        .once('error', reject)
        .once('close', () => {
          if (!response.writableFinished) reject(new ShopBatchError('badGateway', 'The route closed the connection.'));
        });
      // Fastify asks for Node's own classes, of which it uses what the two local ones have.
      server.routing(request as unknown as IncomingMessage, response as unknown as ServerResponse<IncomingMessage>);
    });
