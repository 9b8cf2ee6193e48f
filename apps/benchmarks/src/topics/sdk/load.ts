import { connect, type Socket } from 'node:net';

/**
 * Sends one request over and over on many connections, each with the next as soon as the last is answered. On bare
 * sockets, reading no more of an answer than its status and length: a full HTTP client takes longer for a call than
 * the servers do, and would be what is measured.
 */
export interface Load {
  port: number;
  path: string;
  body: Buffer;
  connections: number;
  /** Milliseconds; calls under way at the end are awaited and count. */
  durationMs: number;
}

export interface LoadResult {
  /** Calls answered 200. */
  answered: number;
  /** Calls answered 429: the server asked for less. */
  turnedAway: number;
  milliseconds: number;
}

const requestOf = ({ port, path, body }: Pick<Load, 'port' | 'path' | 'body'>): Buffer => {
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
};

const lengthPattern = /\r\ncontent-length: *(\d+)/i;
/** `HTTP/1.1 200`: where the status is. */
const statusAt = 9;

/** The status of a whole answer, undefined while more of it has to arrive. */
const statusOf = (bytes: Buffer): number | undefined => {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = lengthPattern.exec(head)?.[1];
  if (length === undefined) throw new Error(`An answer without content-length: ${head}`);
  if (bytes.length < headEnd + 4 + Number(length)) return undefined;
  return Number(head.slice(statusAt, statusAt + 3));
};

type Answered = (status: number, answer: Buffer) => void;

/** One call after the other until `goesOn` says no. */
const callAgain = (socket: Socket, request: Buffer, answered: Answered, goesOn: () => boolean) =>
  new Promise<void>((resolve, reject) => {
    let received: Buffer | undefined;
    socket.setNoDelay(true);
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk: Buffer) => {
      try {
        received = received === undefined ? chunk : Buffer.concat([received, chunk]);
        const status = statusOf(received);
        if (status === undefined) return;
        answered(status, received);
        received = undefined;
      } catch (error) {
        socket.destroy(error as Error);
        return;
      }
      if (goesOn()) socket.write(request);
      else socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });

/** Throws when anything but 200 and 429 is answered, or a connection is lost. */
export const runLoad = async ({ connections, durationMs, ...target }: Load): Promise<LoadResult> => {
  const request = requestOf(target);
  const result: LoadResult = { answered: 0, turnedAway: 0, milliseconds: 0 };
  const answered: Answered = (status, answer) => {
    if (status === 200) result.answered += 1;
    else if (status === 429) result.turnedAway += 1;
    else throw new Error(`${target.path} was answered ${status}: ${answer.toString()}`);
  };
  const startedAt = performance.now();
  const goesOn = () => performance.now() - startedAt < durationMs;
  await Promise.all(
    Array.from({ length: connections }, () => callAgain(connect(target.port, '127.0.0.1'), request, answered, goesOn)),
  );
  result.milliseconds = performance.now() - startedAt;
  return result;
};

const retryMs = 2;

/** Asks until a call is answered 200: for a server that is still starting. */
export const firstAnswer = async (target: Pick<Load, 'port' | 'path' | 'body'>, signal: AbortSignal): Promise<void> => {
  for (;;) {
    signal.throwIfAborted();
    try {
      await runLoad({ ...target, connections: 1, durationMs: 0 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
};
