import { describe, expect, it } from 'vitest';
import { Pipelining } from './pipelining.ts';

/** So many answers, each after the same time. */
function answers(pipelining: Pipelining, count: number, turnMs: number, { shared = true, now = 0 } = {}): void {
  for (let index = 0; index < count; index += 1) pipelining.answered(turnMs, shared, now);
}

/** One that has found its plugin to be quick. */
function deep(): Pipelining {
  const pipelining = new Pipelining();
  answers(pipelining, 64, 2, { shared: false });
  expect(pipelining.depth).toBe(8);
  return pipelining;
}

describe('calls share connections', () => {
  it('only once a plugin has proved quick', () => {
    const pipelining = new Pipelining();
    expect(pipelining.depth).toBe(1);
    answers(pipelining, 63, 2, { shared: false });
    expect(pipelining.depth).toBe(1);
    answers(pipelining, 1, 2, { shared: false });
    expect(pipelining.depth).toBe(8);
  });

  it('never where answers take their time', () => {
    const pipelining = new Pipelining();
    answers(pipelining, 6_400, 11);
    expect(pipelining.depth).toBe(1);
  });

  it('no longer where the plugin answers one after the other', () => {
    const pipelining = deep();
    answers(pipelining, 64, 3);
    expect(pipelining.depth).toBe(1);
  });

  it('still where the first of a connection waits and the others come with it', () => {
    const pipelining = deep();
    for (let round = 0; round < 100; round += 1) {
      answers(pipelining, 1, 20);
      answers(pipelining, 7, 0.1);
    }
    expect(pipelining.depth).toBe(8);
  });

  it('no longer where now and then a call takes its time, and those behind it wait', () => {
    const pipelining = deep();
    for (let round = 0; round < 10 && pipelining.depth > 1; round += 1) {
      answers(pipelining, 99, 0.1);
      answers(pipelining, 1, 1_000);
    }
    expect(pipelining.depth).toBe(1);
  });

  it('still after a pause that was ours', () => {
    const pipelining = deep();
    answers(pipelining, 8, 50);
    answers(pipelining, 2_000, 0.1);
    expect(pipelining.depth).toBe(8);
  });

  it('whatever calls that were alone on theirs took', () => {
    const pipelining = deep();
    answers(pipelining, 640, 500, { shared: false });
    expect(pipelining.depth).toBe(8);
  });

  it('no longer once a call has failed', () => {
    const pipelining = deep();
    pipelining.failed(0);
    expect(pipelining.depth).toBe(1);
  });
});

it('what did not work is tried again ever more rarely', () => {
  const pipelining = deep();
  let now = 0;
  const rests: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    pipelining.failed(now);
    const since = now;
    while (pipelining.depth === 1) {
      now += 500;
      answers(pipelining, 64, 2, { now });
    }
    rests.push(now - since);
  }
  expect(rests).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600].map((seconds) => seconds * 1_000));
});
