import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Every program of this topic is this script with its name as first argument. */
const script = fileURLToPath(new URL('./shop-alone.js', import.meta.url));

/** A server in a process of its own, so that its work is not counted as its caller's. */
export interface ServerProcess {
  url: string;
  stop: () => Promise<void>;
}

/** Starts a program that prints its address as its first line and ends with its standard input. */
export const startServer = async (program: string): Promise<ServerProcess> => {
  const child = spawn(process.execPath, [script, program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [url] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(([code]) => Promise.reject(new Error(`the server ${program} ended with ${code}`))),
  ]);
  return {
    url: String(url),
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
};

/** Runs a program to its end and returns the JSON it prints. */
export const runProgram = <T>(args: readonly string[], { signal }: { signal?: AbortSignal } = {}): Promise<T> =>
  new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [script, ...args],
      { maxBuffer: 1e7, ...(signal && { signal }) },
      (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout) as T)),
    );
    child.stderr?.pipe(process.stderr);
  });

/** The other side of {@link startServer}: says the address, and stops when whoever started this is gone. */
export const serveUntilLeft = (url: string, close: () => Promise<unknown>): void => {
  process.stdout.write(`${url}\n`);
  process.stdin.resume().once('end', () => void close().then(() => process.exit(0)));
};
