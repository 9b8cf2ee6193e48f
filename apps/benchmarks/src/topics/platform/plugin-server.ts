/** The quickest plugin there can be, in a process of its own, and every batch is well received. Argument: what lines it makes. */
import { createServer } from 'node:http';

const OK = '{"status":"ok"}';
const lineOf = process.argv[2] === 'types' ? byType : byOperation;

interface Update {
  readonly user_identifiers: readonly { readonly type: string }[];
  readonly operation: string;
}

function byOperation({ user_identifiers: [first], operation }: Update): object[] {
  return [{ type: 'BATCH_DELIVERY', content: { id: first, operation }, grouping_key: operation }];
}

function byType({ user_identifiers: identifiers, operation }: Update): object[] {
  return identifiers.map((id) => ({
    type: 'BATCH_DELIVERY',
    content: { id, operation },
    grouping_key: id.type,
  }));
}

const ANSWERS: Readonly<Record<string, (body: string) => string>> = {
  '/v1/user_segment_update': (body) => {
    const update: Update = JSON.parse(body);
    return JSON.stringify({ status: 'ok', data: lineOf(update) });
  },
  '/v1/batch_update': (body) => {
    const { batch_content: lines }: { batch_content: unknown[] } = JSON.parse(body);
    return JSON.stringify({ status: 'OK', sent_items_in_success: lines.length, sent_items_in_error: 0 });
  },
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = (ANSWERS[request.url ?? ''] ?? (() => OK))(Buffer.concat(chunks).toString('utf8'));
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
  process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${address.port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
const owner = process.ppid;
setInterval(() => process.ppid !== owner && process.exit(0), 500).unref();
