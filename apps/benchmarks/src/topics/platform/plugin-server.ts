/** The quickest plugin there can be, in a process of its own: a line for every update, and every batch well received. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const ok = '{"status":"ok"}';

const answers: Readonly<Record<string, (body: string) => string>> = {
  '/v1/user_segment_update': (body) => {
    const { user_identifiers: identifiers, operation } = JSON.parse(body) as {
      user_identifiers: unknown[];
      operation: string;
    };
    const data = [{ type: 'BATCH_DELIVERY', content: { id: identifiers[0], operation }, grouping_key: operation }];
    return JSON.stringify({ status: 'ok', data });
  },
  '/v1/batch_update': (body) => {
    const { batch_content: lines } = JSON.parse(body) as { batch_content: unknown[] };
    return JSON.stringify({ status: 'OK', sent_items_in_success: lines.length, sent_items_in_error: 0 });
  },
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = (answers[request.url ?? ''] ?? (() => ok))(Buffer.concat(chunks).toString('utf8'));
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
  });
});
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.stdout.write(`${JSON.stringify({ event: 'listening', url })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
const owner = process.ppid;
setInterval(() => process.ppid !== owner && process.exit(0), 500).unref();
