import { createServer } from 'node:http';
import type { BatchUpdateRequest, UserSegmentUpdateRequest } from '@batchfeed/schemas';
import { countLines, deliveriesOf, type Line } from './handler.ts';

type Answer = (body: never) => object;

const answers: Readonly<Record<string, Answer>> = {
  '/v1/user_segment_update': (body: UserSegmentUpdateRequest) => ({ status: 'ok', data: deliveriesOf(body) }),
  '/v1/batch_update': (body: BatchUpdateRequest<never, Line>) => {
    const { sent, failed } = countLines(body.batch_content);
    return { status: 'OK', sent_items_in_success: sent, sent_items_in_error: failed };
  },
};

/** The handlers on bare `node:http`: JSON in, JSON out, nothing checked, nothing counted, no feed looked up. */
export const startBareServer = (port: number): void => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as never;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answers[request.url!]!(body)));
    });
  });
  server.listen(port, '127.0.0.1');
};
