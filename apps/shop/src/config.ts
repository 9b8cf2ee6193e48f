import { Command, InvalidArgumentError } from 'commander';
import type { Credentials } from './basic-auth.ts';

/** Where the shop runs and for whom. */
export interface Config {
  dataDir: string;
  host: string;
  port: number;
  credentials: Credentials;
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

const command = () =>
  new Command('shop')
    .description('A reference shop with a real database behind POST /batch.')
    .requiredOption('--data-dir <folder>', 'folder of the database shop.db; made if missing')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', portNumber, 0)
    .addHelpText(
      'after',
      `
Environment:
  SHOP_API_USER, SHOP_API_PASSWORD   HTTP Basic credentials of the API (required)

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
  const { dataDir, host, port } = command().parse(argv).opts<{ dataDir: string; host: string; port: number }>();
  const { SHOP_API_USER: user, SHOP_API_PASSWORD: password } = env;
  if (!user || !password)
    throw new ConfigError('Set SHOP_API_USER and SHOP_API_PASSWORD to the credentials of the API.');
  return { dataDir, host, port, credentials: { user, password } };
};
