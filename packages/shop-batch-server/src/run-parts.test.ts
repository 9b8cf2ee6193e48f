import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type RunOptions, runParts } from './run-parts.ts';
import { ShopBatchError } from './shop-batch-error.ts';

const options = (given: Partial<RunOptions> = {}): RunOptions => ({
  partTimeoutMs: 1_000,
  batchTimeoutMs: 1_000,
  maxAnswerBytes: 1_000,
  stopOnFailure: false,
  signal: new AbortController().signal,
  ...given,
});
const ok = { statusCode: 200, body: {} };
const spin = (milliseconds: number) => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};
const statuses = (answers: { statusCode: number }[]) => answers.map(({ statusCode }) => statusCode);

it('runs one at a time, in order', async () => {
  const events: string[] = [];
  await runParts(
    3,
    async (index) => {
      events.push(`start ${index}`);
      await sleep(3 - index);
      events.push(`end ${index}`);
      return ok;
    },
    options(),
  );
  expect(events).toEqual(['start 0', 'end 0', 'start 1', 'end 1', 'start 2', 'end 2']);
});

it('answers what a part throws: a refusal as it is, anything else without its inside', async () => {
  const errors = [new ShopBatchError('notFound'), new Error('secret'), 'secret'];
  const answers = await runParts(3, (index) => Promise.reject(errors[index]), options());
  expect(statuses(answers)).toEqual([404, 502, 502]);
  expect(JSON.stringify(answers)).not.toContain('secret');
});

it('starts no further part once the answers are too long together', async () => {
  const started: number[] = [];
  const answers = await runParts(
    5,
    async (index) => {
      started.push(index);
      return { ...ok, bytes: 400 };
    },
    options(),
  );
  expect(started).toEqual([0, 1, 2]);
  expect(statuses(answers)).toEqual([200, 200, 200, 503, 503]);
  expect(answers[3]?.body).toEqual({ message: 'Not started. The answers before it are longer than 1000 bytes.' });
});

it('lets timers and sockets have their turn between busy parts', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  const answers = await runParts(
    200,
    async () => {
      spin(1);
      return ok;
    },
    options({ signal: controller.signal }),
  );
  expect(answers).toHaveLength(200);
  expect(statuses(answers).filter((status) => status === 503).length).toBeGreaterThan(100);
});

it('stops busy parts at the deadline of the batch', async () => {
  const answers = await runParts(
    200,
    async () => {
      spin(1);
      return ok;
    },
    options({ batchTimeoutMs: 20 }),
  );
  expect(statuses(answers)).toContain(503);
});

it('tells a part when its time is up, or when the caller hung up', async () => {
  const controller = new AbortController();
  const aborted: number[] = [];
  const answers = await runParts(
    3,
    (index, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted.push(index);
          // The second part goes on although nobody waits any more, and then answers.
          resolve(ok);
        });
        if (index === 1) controller.abort();
      }),
    options({ partTimeoutMs: 30, signal: controller.signal }),
  );
  expect(aborted).toEqual([0, 1]);
  expect(statuses(answers)).toEqual([504, 200, 503]);
});

it('leaves no timer behind', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  await runParts(2, async () => ok, options());
  expect(timers()).toBe(before);
});
