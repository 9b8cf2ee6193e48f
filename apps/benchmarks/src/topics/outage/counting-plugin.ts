/**
 * A plugin that can be down (nothing listens at its address) and keeps account of every line it got, outside the engine. A second address
 * controls it: `POST /up`, `POST /down`, `GET /account`.
 *
 * Updates carry `user` and `seq`, 1, 2, 3 … for each user. Each makes one line, under one of two keys in turn.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listen } from './listen.ts';

const OK = '{"status":"ok"}';

interface Numbered {
  readonly user: string;
  readonly seq: number;
}

/** What one knows of a user's lines: the last one that came, and all that came, one bit each. */
interface Seen {
  last: number;
  bits: number;
}

const seen = new Map<string, Seen>();
const account = { updates: 0, lines: 0, doubled: 0, inversions: 0, firstAt: 0, lastAt: 0 };

function note({ user, seq }: Numbered): void {
  const of = seen.get(user) ?? { last: 0, bits: 0 };
  seen.set(user, of);
  const bit = 1 << seq;
  if ((of.bits & bit) !== 0) account.doubled += 1;
  else if (seq < of.last) account.inversions += 1;
  of.bits |= bit;
  of.last = Math.max(of.last, seq);
  account.lines += 1;
  account.lastAt = Date.now();
}

const ANSWERS: Readonly<Record<string, (body: string) => string>> = {
  '/v1/user_segment_update': (body) => {
    const { user, seq }: Numbered = JSON.parse(body);
    account.updates += 1;
    account.firstAt ||= Date.now();
    const data = [{ type: 'BATCH_DELIVERY', content: { user, seq }, grouping_key: seq % 2 === 0 ? 'EVEN' : 'ODD' }];
    return JSON.stringify({ status: 'ok', data });
  },
  '/v1/batch_update': (body) => {
    const { batch_content: lines }: { batch_content: Numbered[] } = JSON.parse(body);
    for (const line of lines) note(line);
    return JSON.stringify({ status: 'OK', sent_items_in_success: lines.length, sent_items_in_error: 0 });
  },
};

function serve(answer: (path: string, body: string) => string | Promise<string>): Server {
  return createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const text = await answer(request.url ?? '', Buffer.concat(chunks).toString('utf8'));
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
        .end(text);
    });
  });
}

const plugin = serve((path, body) => (ANSWERS[path] ?? (() => OK))(body));
const port = await listen(plugin, 0);

const CONTROLS: Readonly<Record<string, () => Promise<string>>> = {
  '/up': async () => {
    await listen(plugin, port);
    return OK;
  },
  '/down': async () => {
    const closed = new Promise<void>((resolve) => plugin.close(() => resolve()));
    plugin.closeAllConnections();
    await closed;
    return OK;
  },
  '/account': async () => {
    let arrived = 0;
    for (const { bits } of seen.values()) for (let rest = bits; rest !== 0; rest &= rest - 1) arrived += 1;
    return JSON.stringify({ ...account, arrived });
  },
  '/reset': async () => {
    seen.clear();
    Object.assign(account, { updates: 0, lines: 0, doubled: 0, inversions: 0, firstAt: 0, lastAt: 0 });
    return OK;
  },
};

const control = await listen(
  serve((path) => (CONTROLS[path] ?? (async () => OK))()),
  0,
);
const url = `http://127.0.0.1:${port}`;
process.stdout.write(`${JSON.stringify({ event: 'listening', url, control: `http://127.0.0.1:${control}` })}\n`);
process.once('SIGTERM', () => process.exit(0));
const owner = process.ppid;
setInterval(() => process.ppid !== owner && process.exit(0), 500).unref();
