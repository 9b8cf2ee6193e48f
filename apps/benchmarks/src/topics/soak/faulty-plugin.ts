/** A plugin that refuses a batch now and then, so that there are dead letters, and takes it when it comes again. */
import { createServer } from 'node:http';
import { listen } from '../outage/listen.ts';

const OK = '{"status":"ok"}';
/** One batch of so many is refused. */
const REFUSED_EVERY = 100;

let batches = 0;

function answer(path: string, body: string): { status: number; text: string } {
  if (path === '/v1/user_segment_update') {
    const { user_identifiers: identifiers, operation }: { user_identifiers: { type: string }[]; operation: string } =
      JSON.parse(body);
    const data = identifiers.map((id) => ({
      type: 'BATCH_DELIVERY',
      content: { id, operation },
      grouping_key: id.type,
    }));
    return { status: 200, text: JSON.stringify({ status: 'ok', data }) };
  }
  if (path !== '/v1/batch_update') return { status: 200, text: OK };
  batches += 1;
  const { batch_content: lines }: { batch_content: unknown[] } = JSON.parse(body);
  if (batches % REFUSED_EVERY === 0) return { status: 400, text: '{"status":"ERROR","message":"refused for a test"}' };
  const counts = { sent_items_in_success: lines.length, sent_items_in_error: 0 };
  return { status: 200, text: JSON.stringify({ status: 'OK', ...counts }) };
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { status, text } = answer(request.url ?? '', Buffer.concat(chunks).toString('utf8'));
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  });
});
const port = await listen(server, 0);
process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` })}\n`);
process.once('SIGTERM', () => process.exit(0));
const owner = process.ppid;
setInterval(() => process.ppid !== owner && process.exit(0), 500).unref();
