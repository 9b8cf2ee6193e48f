import { Command, InvalidArgumentError } from 'commander';
import type { Application, Credentials } from './identity.ts';

/** Where the shop runs and for whom. */
export interface Config {
  dataDir: string;
  host: string;
  port: number;
  credentials: Credentials;
  applications: Application[];
  /** Calls per second of one application; 0 means no limit. */
  requestsPerSecond: number;
  allowedOrigins: string[];
  allOrNothing: boolean;
  headersTimeoutMs: number;
  requestTimeoutMs: number;
}

/** The configuration is incomplete; the message is one sentence that says what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'configIncomplete';
  readonly retryable = false;
}

const portNumber = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('expected a port number from 0 to 65535');
};

const wholeNumber = (text: string): number => {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number');
};

const command = () =>
  new Command('shop')
    .description('A reference shop with a real database behind POST /batch.')
    .requiredOption('--data-dir <folder>', 'folder of the database shop.db; made if missing')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', portNumber, 0)
    .option(
      '--rate-limit <number>',
      'calls per second of one application (the real shop: 3); 0 means no limit',
      wholeNumber,
      0,
    )
    .option(
      '--allow-origin <origins...>',
      'origins whose pages may call the shop from a browser, such as http://localhost:5173',
    )
    .option('--all-or-nothing', 'all requests of a batch or none; the real shop does not do this', false)
    .option('--headers-timeout <ms>', 'time for the headers of a request to arrive', wholeNumber, 15_000)
    .option('--request-timeout <ms>', 'time for a whole request to arrive', wholeNumber, 120_000)
    .addHelpText(
      'after',
      `
Environment:
  SHOP_API_USER, SHOP_API_PASSWORD   HTTP Basic credentials of the API (required)
  SHOP_CLIENT_ID, SHOP_CLIENT_SECRET an application that may get tokens at POST /SHOP/app/token
  SHOP_CLIENT_SCOPE                  its scopes, such as "product.category:write"; default all

When it listens, it writes one line on stdout: {"event":"listening","url":"http://…"}
SIGTERM and SIGINT: finishes what is in flight and exits.

Exit codes: 0 stopped on request, 1 could not start`,
    );

/**
 * Reads the command line and the environment. `--help` and a wrong command line end the process.
 *
 * @throws {ConfigError} a credential is missing
 */
export const readConfig = (argv: readonly string[], env: NodeJS.ProcessEnv): Config => {
  const {
    rateLimit,
    allowOrigin = [],
    headersTimeout,
    requestTimeout,
    ...options
  } = command().parse(argv).opts<{
    dataDir: string;
    host: string;
    port: number;
    rateLimit: number;
    allowOrigin?: string[];
    allOrNothing: boolean;
    headersTimeout: number;
    requestTimeout: number;
  }>();
  const { SHOP_API_USER: user, SHOP_API_PASSWORD: password } = env;
  if (!user || !password)
    throw new ConfigError('Set SHOP_API_USER and SHOP_API_PASSWORD to the credentials of the API.');
  const { SHOP_CLIENT_ID: id, SHOP_CLIENT_SECRET: secret, SHOP_CLIENT_SCOPE: scope = '*' } = env;
  if (!id !== !secret) throw new ConfigError('Set SHOP_CLIENT_ID and SHOP_CLIENT_SECRET both, or neither.');
  const applications = id && secret ? [{ id, secret, scope }] : [];
  return {
    ...options,
    requestsPerSecond: rateLimit,
    allowedOrigins: allowOrigin,
    headersTimeoutMs: headersTimeout,
    requestTimeoutMs: requestTimeout,
    credentials: { user, password },
    applications,
  };
};
