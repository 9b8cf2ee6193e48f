import type { ApiTokens } from './config/api-tokens.ts';
import { PlatformError } from './platform-error.ts';
import type { PlatformOptions } from './platform-options.ts';

/** Beyond this machine only once there is a token that somebody has, unless told that this is fine. */
export function mustBeGuarded(
  host: string,
  { apiToken, allowRemote = false }: PlatformOptions,
  isFirstStart: boolean,
): void {
  if (apiToken !== undefined && apiToken.length < MIN_TOKEN_LENGTH) {
    throw new PlatformError(
      'INVALID',
      `The API token has fewer than ${MIN_TOKEN_LENGTH} characters. Choose a longer one.`,
    );
  }
  if (isLoopback(host) || allowRemote || apiToken !== undefined || !isFirstStart) return;
  throw new PlatformError(
    'ADDRESS_UNUSABLE',
    `${host} is reached from beyond this machine, and the data folder has no API token yet. Start once on 127.0.0.1, bring a token, or allow it.`,
  );
}

/** A token brought to a later start opens nothing unless somebody made it: who brings it would take it for in force. */
export function warnOfUnknownToken({ apiToken, logger }: PlatformOptions, known: ApiTokens): void {
  if (apiToken === undefined || known.find(apiToken) !== undefined) return;
  logger.warn(
    'The API token given is not in force: only the first start on a data folder takes one, and this folder has others. Make tokens at POST /v1/api_tokens.',
  );
}

const MIN_TOKEN_LENGTH = 32;

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

export function throwListenError(error: unknown, host: string, port: number): never {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'EADDRINUSE' ? 'another process is using it' : `the system says ${code}`;
  throw new PlatformError('ADDRESS_UNUSABLE', `Cannot listen on ${host}:${port}: ${why}. Choose another with --port.`, {
    cause: error,
  });
}
