import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type Answer, type Call, failure, json } from './answer.ts';
import { type CustomHandler, CustomResponse } from './custom-route.ts';
import { createServer } from './node-http.ts';
import { isOverloaded } from './overload.ts';
import { readBody } from './read-body.ts';

/** Answers one route. A throw is answered 500 by the app and reported to `onFailure`. */
export type Endpoint = (call: Call) => Answer | Promise<Answer>;

export interface RouteOptions {
  /** Turned away with 429 while the event loop is late. Off for the routes that supervise the plugin. */
  sheds?: boolean;
  /** The body of that 429; the platform reads the word its route knows for "try again". */
  busy?: object;
}

export interface PluginAppOptions {
  readonly maxBodyBytes: number;
  readonly maxEventLoopDelayMs: number;
  /** Whether calls are turned away when the event loop is late; read at every call. */
  throttles(): boolean;
  /** Told of every answered call. */
  onAnswer(method: string, path: string, status: number, seconds: number): void;
  /** Told of an endpoint that threw. */
  onFailure(path: string, error: unknown): void;
  /** Told of a body that cannot be read; the routes' own refusals are told by the routes. */
  onRefusal(path: string, answer: Answer): void;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

interface Route extends RouteOptions {
  endpoint?: Endpoint;
  custom?: CustomHandler;
}

/** A request handler that can be given to `http.createServer`, with routes that can be added to it. */
export interface PluginApp {
  (request: IncomingMessage, response: ServerResponse): void;
  /** Adds or replaces a route. The path is matched exactly. */
  route(method: Method, path: string, endpoint: Endpoint, options?: RouteOptions): void;
  /** Answers a call without a socket. */
  dispatch(call: Call): Promise<Answer>;
  /** The routes of an author's own, as with the official SDK: exact paths, one handler, a parsed body. */
  get(path: string, handler: CustomHandler): PluginApp;
  post(path: string, handler: CustomHandler): PluginApp;
  put(path: string, handler: CustomHandler): PluginApp;
  delete(path: string, handler: CustomHandler): PluginApp;
  /** Not offered: throws. Middleware belongs in front of the plugin. */
  use(...middleware: unknown[]): never;
  /** A server on that port, 0 for a free one. `ProductionPluginRunner` does this and shuts down gracefully. */
  listen(port: number, listening?: () => void): Server;
}

const retryAfterSeconds = '1';
const busyMessage = 'The plugin is busy; try again later.';

const notFound = (method: string, path: string) => failure(404, `There is no route ${method} ${path}.`);

const send = (response: ServerResponse, answer: Answer): void => {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(answer.text),
    ...answer.headers,
  });
  response.end(answer.text);
};

const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
};

export const createPluginApp = (options: PluginAppOptions): PluginApp => {
  const routes = new Map<string, Partial<Record<string, Route>>>();

  const add = (method: Method, path: string, route: Route) => {
    routes.set(path, { ...routes.get(path), [method]: route });
  };

  const busy = (route: Route): Answer | undefined => {
    const late = route.sheds === true && options.throttles() && isOverloaded(options.maxEventLoopDelayMs);
    if (!late) return undefined;
    return json(429, route.busy ?? { status: 'error', message: busyMessage }, { 'retry-after': retryAfterSeconds });
  };

  /** The route, or why there is none to run. */
  const find = (method: string, path: string): Route | Answer => {
    const methods = routes.get(path);
    // A HEAD is a GET whose body `node:http` keeps back: load balancers ask for the status so.
    const route = methods?.[method === 'HEAD' ? 'GET' : method];
    if (methods === undefined) return notFound(method, path);
    if (route === undefined) {
      const allow = Object.keys(methods).join(', ');
      return failure(405, `${path} takes ${allow}, not ${method}.`, { allow });
    }
    return busy(route) ?? route;
  };

  const run = async (route: Route, call: Call): Promise<Answer> => {
    try {
      return await route.endpoint!(call);
    } catch (error) {
      options.onFailure(call.path, error);
      return failure(500, 'The plugin failed to answer; its log says why.');
    }
  };

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const start = performance.now();
    const method = request.method ?? 'GET';
    const path = pathOf(request.url ?? '/');
    const found = find(method, path);
    // Paths that are not routes are counted together: whoever probes must not fill the metrics.
    const counted = routes.has(path) ? path : 'unknown';
    const finish = (answer: Answer) => {
      send(response, answer);
      options.onAnswer(method, counted, answer.status, (performance.now() - start) / 1_000);
    };
    const answer = (route: Route, body: unknown) => {
      if (route.custom !== undefined) runCustom(route.custom, request, response, body);
      else void run(route, { method, path, headers: request.headers, body }).then(finish);
    };
    if ('text' in found) {
      request.resume();
      finish(found);
    } else if (method === 'GET' || method === 'HEAD') {
      answer(found, undefined);
    } else {
      readBody(request, options.maxBodyBytes, (result) => {
        // Asked again: the bodies of many calls may arrive together, long after their heads did.
        const refused = result.refused ?? busy(found);
        if (result.refused !== undefined) options.onRefusal(path, result.refused);
        if (refused !== undefined) finish(refused);
        else answer(found, result.body);
      });
    }
  };

  const runCustom = (handler: CustomHandler, request: IncomingMessage, response: ServerResponse, body: unknown) => {
    const failed = (error: unknown) => {
      options.onFailure(pathOf(request.url ?? '/'), error);
      send(response, failure(500, 'The plugin failed to answer; its log says why.'));
    };
    void new Promise((resolve) => {
      resolve(handler(Object.assign(request, { body }), CustomResponse.wrap(response)));
    }).catch(failed);
  };

  const app = handle as PluginApp;
  const addCustom = (method: Method) => (path: string, custom: CustomHandler) => {
    add(method, path, { custom, sheds: true });
    return app;
  };
  return Object.assign(app, {
    route: (method: Method, path: string, endpoint: Endpoint, routeOptions: RouteOptions = {}) =>
      add(method, path, { ...routeOptions, endpoint }),
    dispatch: async (call: Call): Promise<Answer> => {
      const found = find(call.method, call.path);
      if ('text' in found) return found;
      return found.endpoint === undefined ? notFound(call.method, call.path) : run(found, call);
    },
    get: addCustom('GET'),
    post: addCustom('POST'),
    put: addCustom('PUT'),
    delete: addCustom('DELETE'),
    use: CustomResponse.refuseMiddleware,
    listen: (port: number, listening?: () => void) => createServer(app).listen(port, listening),
  });
};
