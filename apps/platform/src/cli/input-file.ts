import { type FileHandle, open } from 'node:fs/promises';
import { CliError } from './cli-error.ts';

/** Opens a file somebody named, before anything is done with it. @throws CliError `USAGE` when it cannot be read. */
export async function openInput(file: string): Promise<{ handle: FileHandle; bytes: number }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    const stats = await handle.stat();
    if (stats.isDirectory()) throw new Error('it is a folder');
    return { handle, bytes: stats.size };
  } catch (error) {
    await handle?.close();
    throw new CliError('USAGE', `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
