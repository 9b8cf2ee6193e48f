import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveUntilLeft } from './processes.ts';
import { batchAnswerText, batchSize } from './rows.ts';

/** Answers every batch as done, without looking at it. */
export const runSink = async (): Promise<void> => {
  const answer = Buffer.from(batchAnswerText(batchSize, () => ({})));
  const head = { 'content-type': 'application/json', 'content-length': answer.length };
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(200, head).end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  serveUntilLeft(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, async () =>
    server.closeAllConnections(),
  );
};
