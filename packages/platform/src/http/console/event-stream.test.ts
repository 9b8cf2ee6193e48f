import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { testEvents } from '../../testing/test-events.ts';
import { EventStream } from './event-stream.ts';

it('queues nothing for a reader that is too slow: it gets fewer states, and the last one', async () => {
  let state = 0;
  let taken = 0;
  let changed = () => {};
  let buffered = () => 0;
  const server = createServer((_request, response) => {
    const stream = new EventStream(response, {});
    buffered = () => response.writableLength;
    changed = stream.channel('state', 0, () => {
      taken += 1;
      return { state, filling: 'x'.repeat(100_000) };
    });
    changed();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const reader = await testEvents(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {});
  await reader.until('state', () => true);
  reader.pause();
  for (state = 1; state < 2_000; state += 1) {
    changed();
    if (state % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  state = 2_000;
  changed();
  // 200 MB were to be told; what waits is at most one event more than the socket takes.
  expect(buffered()).toBeLessThan(300_000);
  expect(taken).toBeLessThan(1_000);
  reader.resume();
  await reader.until('state', ({ state: told }) => told === 2_000);
});
