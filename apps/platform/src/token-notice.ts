import { join } from 'node:path';
import type { Logger } from 'pino';

export interface FirstToken {
  readonly token: string;
  readonly dataDir: string;
  /** Whether whoever started the platform brought it. */
  readonly isSupplied: boolean;
}

/**
 * Says where the token of a first start is kept, and on a terminal what it is if nobody knows it yet. Anything else that
 * standard error goes to is kept, and read by more people than may have the token.
 */
export function announceToken(
  { token, dataDir, isSupplied }: FirstToken,
  logger: Pick<Logger, 'info'>,
  stderr: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
): void {
  const file = join(dataDir, 'api-token');
  if (!stderr.isTTY) logger.info({ file }, 'the API token is kept in this file');
  else if (isSupplied) stderr.write(`The API token is kept in ${file}.\n`);
  else stderr.write(`API token, shown this once and kept in ${file}: ${token}\n`);
}
