import type { BasePlugin } from '../base-plugin.ts';
import type { Method } from '../http/plugin-app.ts';
import { FakeGateway } from './fake-gateway.ts';

/** What a route answered. */
export interface TestAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it freely.
  body: any;
  headers: Readonly<Record<string, string>>;
}

/** A plugin with a gateway of its own, called without a socket. */
export interface TestPlugin<P extends BasePlugin> {
  readonly plugin: P;
  readonly gateway: FakeGateway;
  /** `POST` of that path, such as `/v1/user_segment_update`. The body goes through JSON, as over HTTP. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
  get(path: string): Promise<TestAnswer>;
  put(path: string, body?: unknown): Promise<TestAnswer>;
}

const testCredentials = { PLUGIN_WORKER_ID: 'test-worker', PLUGIN_AUTHENTICATION_TOKEN: 'test-token' };

/** Runs `create` with credentials in the environment, and leaves the environment as it was. */
const withCredentials = <T>(create: () => T): T => {
  const before = Object.keys(testCredentials).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, testCredentials);
  try {
    return create();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
};

/**
 * Builds a plugin for a test: with credentials, a gateway that knows the feed `1`, a quiet log and no throttling.
 *
 * @param create constructs the plugin: `() => new MyPlugin()`
 */
export const buildPlugin = <P extends BasePlugin>(
  create: () => P,
  gateway: FakeGateway = new FakeGateway().setFeed('1'),
): TestPlugin<P> => {
  const plugin = withCredentials(create);
  plugin._transport = gateway.transport;
  plugin.logger.silent = true;
  // A busy machine must not turn a test's calls away.
  plugin.enableThrottling = false;
  const call = async (method: Method, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const parsed = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
    const answer = await plugin.app.dispatch({ method, path, headers, body: parsed });
    return {
      status: answer.status,
      body: path === '/metrics' ? answer.text : JSON.parse(answer.text),
      headers: answer.headers ?? {},
    };
  };
  return {
    plugin,
    gateway,
    post: (path, body, headers) => call('POST', path, body, headers),
    get: (path) => call('GET', path),
    put: (path, body) => call('PUT', path, body),
  };
};
