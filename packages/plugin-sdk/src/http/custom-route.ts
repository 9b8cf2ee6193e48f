import type { IncomingMessage, ServerResponse } from 'node:http';
import { PluginSdkError } from '../plugin-sdk-error.ts';

/** A response with the three members authors know from Express. */
export type CustomResponse = ServerResponse & {
  status(code: number): CustomResponse;
  json(body: unknown): CustomResponse;
  /** Text as it is, anything else as JSON. */
  send(body?: unknown): CustomResponse;
};

/** Handles a route that a plugin adds itself with `app.get`, `app.post`, `app.put` or `app.delete`. */
export type CustomHandler = (request: IncomingMessage & { body: unknown }, response: CustomResponse) => unknown;

const wrap = (response: ServerResponse): CustomResponse => {
  const custom = Object.assign(response, {
    status(code: number) {
      response.statusCode = code;
      return custom;
    },
    json(body: unknown) {
      if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end(JSON.stringify(body));
      return custom;
    },
    send(body?: unknown) {
      if (typeof body === 'object' && body !== null && !Buffer.isBuffer(body)) return custom.json(body);
      if (typeof body === 'string' && !response.hasHeader('content-type')) {
        response.setHeader('content-type', 'text/plain; charset=utf-8');
      }
      response.end(body);
      return custom;
    },
  }) as CustomResponse;
  return custom;
};

const refuseMiddleware = (): never => {
  throw new PluginSdkError(
    'unsupported',
    'app.use is not offered: the plugin runs on bare node:http. Add a route with app.get, app.post, app.put or app.delete, or put the middleware in front of the plugin.',
  );
};

export const CustomResponse = { wrap, refuseMiddleware };
