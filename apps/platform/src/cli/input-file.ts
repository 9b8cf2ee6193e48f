import { access, constants, type FileHandle, open, stat } from 'node:fs/promises';
import { CliError } from './cli-error.ts';

/** Opens a file somebody named, before anything is done with it. @throws CliError `USAGE` when it cannot be read. */
export async function openInput(file: string): Promise<{ handle: FileHandle; bytes: number }> {
  await mustBeReadable(file);
  const handle = await open(file);
  return { handle, bytes: (await handle.stat()).size };
}

/** Without opening it, which of a pipe can be done only once. @throws CliError `USAGE` */
export async function mustBeReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
    if ((await stat(file)).isDirectory()) throw new Error('it is a folder');
  } catch (error) {
    throw new CliError('USAGE', `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
