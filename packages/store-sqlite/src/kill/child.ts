/**
 * The process that the kill test ends: random writes to a store file, several under way at a time,
 * until it is killed. Arguments: store file, seed. Standard output, a JSON line each: `ask` before
 * a write is made, `done` when it was acknowledged. They are written synchronously, so that what
 * was said before a kill is heard after it.
 */
import { writeSync } from 'node:fs';
import { openTunedStore } from '../sqlite-store.ts';
import { SMALL } from '../testing/small-tuning.ts';
import { randomWork, type Work } from './random-work.ts';

const [file = '', seed = '0'] = process.argv.slice(2);
const LANES = 2;
const UNDER_WAY = 8;

function say(message: object): void {
  let rest = Buffer.from(`${JSON.stringify(message)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      // The pipe is full: wait for the reader.
      if (Object(error).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

const store = await openTunedStore({ file, lanes: LANES }, SMALL);
let lastId = 0;

/** Writes to one lane until the process ends. */
async function workOn(number: number): Promise<void> {
  const lane = await store.own(number);
  const next = randomWork(Number(seed) * LANES + number, lane.queues);
  const make = async (): Promise<void> => {
    for (;;) {
      lastId += 1;
      const id = lastId;
      const work: Work = next();
      say({ ask: id, lane: number, token: lane.token, work });
      const { append, put, over, remove } = work;
      await store.write(lane, { append, put: new Map(Object.entries(put)), over, remove });
      say({ done: id });
    }
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, make));
}

say({ ready: true });
await Promise.all([0, 1].map(workOn));
