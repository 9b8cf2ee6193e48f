import { readFile, rm, writeFile } from 'node:fs/promises';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-code.ts';

/**
 * Keeps a second run away from a journal while the first is at it. The lock names its process: one that was killed
 * leaves a lock that the next run takes over.
 *
 * @returns the function that gives the lock back. @throws CommandError
 */
export async function lockJournal(journal: string): Promise<() => Promise<void>> {
  const path = `${journal}.lock`;
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 });
      return () => rm(path, { force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new CommandError(EXIT.unusable, `${path} cannot be written (${code ?? 'no code'})`);
      const holder = Number(await readFile(path, 'utf8').catch(() => ''));
      if (isRunning(holder)) break;
      await rm(path, { force: true });
    }
  }
  throw new CommandError(
    EXIT.unusable,
    `Another run is using the journal ${journal} (delete ${path} if that is wrong)`,
  );
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
