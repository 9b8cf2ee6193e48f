import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lane } from '@batchfeed/delivery';
import { entriesOf, textsOf, writeOf } from '@batchfeed/delivery/testing';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTunedStore, type SqliteStore } from '../sqlite-store.ts';
import { SMALL } from '../testing/small-tuning.ts';

let folder: string;
let file: string;
let store: SqliteStore;
let lane: Lane;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-sqlite-'));
  file = join(folder, 'lines.db');
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(tuning = {}): Promise<void> {
  store = await openTunedStore({ file }, tuning);
  lane = await store.own(0);
}

/** Closes the store and counts rows, then opens it again. */
async function count(table: string, tuning = {}): Promise<number> {
  await store.close();
  const db = new Sqlite(file);
  const rows = Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  db.close();
  await open(tuning);
  return rows;
}

/** Lets the store's thread do so many slices of its upkeep. */
async function turns(slices = 100): Promise<void> {
  for (let turn = 0; turn < slices; turn += 1) await store.freeBytes();
}

const filler = 'x'.repeat(250);
const lines = (from: number, size: number) => Array.from({ length: size }, (_, index) => `${from + index} ${filler}`);

/**
 * Resolves when the file has as many free bytes as this. Each look lets the store's thread do a
 * slice.
 */
async function untilFree(bytes: number): Promise<void> {
  while ((await store.freeBytes()) < bytes);
}

it('indexes nothing for a queue that keeps up', async () => {
  const tuning = { ...SMALL, tailSegments: 8 };
  await open(tuning);
  for (let round = 0; round < 60; round += 1) {
    const over = round < 3 ? [] : [{ queue: 'q', from: (round - 3) * 3, to: (round - 2) * 3 }];
    await store.write(lane, writeOf({ append: { q: lines(round, 3).map((line) => line.slice(0, 20)) }, over }));
    await turns(3);
  }
  expect(await count('piece', tuning)).toBe(0);
  expect((await entriesOf(lane, 'q')).map(({ position }) => position)).toEqual([
    171, 172, 173, 174, 175, 176, 177, 178, 179,
  ]);
});

it('keeps about as much garbage as live entries, wherever the live ones are', async () => {
  await open();
  const size = 40_000;
  for (let from = 0; from < size; from += 500) {
    await store.write(lane, writeOf({ append: { q: lines(from, 500), other: lines(from, 1) } }));
  }
  // One entry of a hundred stays, and all of a queue that shares the segments.
  for (let from = 0; from < size; from += 10_000) {
    const over = Array.from({ length: 100 }, (_, index) => ({
      queue: 'q',
      from: from + index * 100 + 1,
      to: from + (index + 1) * 100,
    }));
    await store.write(lane, writeOf({ over }));
  }
  await turns(3000);
  await store.close();
  const db = new Sqlite(file);
  const bytes = Number(db.prepare('SELECT sum(length(data)) FROM segment').pluck().get());
  db.close();
  // 480 entries of 260 bytes live. What lies in the tail, 16 MiB at most, and as much garbage is
  // not copied for.
  expect(bytes).toBeLessThan(125_000 * 2 + 32 * 1024 * 1024);
  await open({ garbageBytes: 0, tailSegments: 8 });
  await turns(3000);
  expect(await store.integrity()).toEqual([]);
  expect((await textsOf(lane, 'q', 0, 1e6)).map((text) => Number(text.split(' ')[0]))).toEqual(
    Array.from({ length: size / 100 }, (_, index) => index * 100),
  );
  expect((await textsOf(lane, 'other')).length).toBe(80);
  await store.close();
  const again = new Sqlite(file);
  expect(Number(again.prepare('SELECT sum(length(data)) FROM segment').pluck().get())).toBeLessThan(
    125_000 * 2 + 600_000,
  );
  again.close();
  await open();
});

it('copies what lives in sparse segments forward, with its positions and tokens', async () => {
  await open(SMALL);
  const tokens: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    for (let from = 0; from < 120; from += 10) {
      const entries = Array.from({ length: 10 }, (_, index) => `${round * 120 + from + index}`.padEnd(60, 'x'));
      await store.write(lane, writeOf({ append: { q: entries, other: ['y'] } }));
    }
    tokens.push(lane.token);
    lane = await store.own(0);
  }
  // Single entries stay, two neighbours, and one whole write.
  const stays = (position: number) => position % 30 < 2 || position === 17 || (position >= 160 && position < 170);
  const over = Array.from({ length: 240 }, (_, position) => position).filter((position) => !stays(position));
  await store.write(lane, writeOf({ over: over.map((from) => ({ queue: 'q', from, to: from + 1 })) }));
  await turns();
  const expectAll = async () => {
    const found = (await entriesOf(lane, 'q')).map(({ position, text, token }) => [
      position,
      parseInt(text, 10),
      token,
    ]);
    const expected = Array.from({ length: 240 }, (_, position) => position).filter(stays);
    expect(found).toEqual(expected.map((position) => [position, position, tokens[position < 120 ? 0 : 1]]));
    expect(await textsOf(lane, 'other')).toHaveLength(24);
  };
  await expectAll();
  expect(await count(`segment WHERE id >= ${2 ** 39}`, SMALL)).toBeGreaterThan(0);
  expect(await count('shelf WHERE live * 2 < bytes', SMALL)).toBe(0);
  await expectAll();
  expect(await store.integrity()).toEqual([]);
});

it('copies sparse segments of each lane by themselves', async () => {
  store = await openTunedStore({ file, lanes: 2 }, SMALL);
  const lanes = [await store.own(0), await store.own(1)] as const;
  const texts = Array.from({ length: 120 }, (_, index) => `${index}`.padEnd(60, 'x'));
  for (const owned of lanes) {
    for (let from = 0; from < 120; from += 10) {
      await store.write(owned, writeOf({ append: { q: texts.slice(from, from + 10) } }));
    }
  }
  await turns();
  const thin = async (owned: Lane, to: number) => {
    const over = texts.slice(0, to).flatMap((_, from) => (from % 20 === 0 ? [] : [{ queue: 'q', from, to: from + 1 }]));
    await store.write(owned, writeOf({ over }));
    await turns();
  };
  // In the first lane something is sparse, yet not enough to be copied. It is not the second one's business.
  const [first, second] = lanes;
  await thin(first, 20);
  await thin(second, 120);
  await thin(first, 120);
  const left = texts.filter((_, index) => index % 20 === 0);
  for (const owned of lanes) expect(await textsOf(owned, 'q')).toEqual(left);
  expect(await store.integrity()).toEqual([]);
  expect(await count('shelf WHERE live * 2 < bytes', SMALL)).toBe(0);
});

it('uses the room of what is over again', async () => {
  await open();
  const sizes: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    for (let from = 0; from < 10_000; from += 500) {
      await store.write(lane, writeOf({ append: { q: lines(from, 500) } }));
    }
    await store.write(lane, writeOf({ over: [{ queue: 'q', from: 0, to: (round + 1) * 10_000 }] }));
    await untilFree(1_000_000);
    await turns(50);
    sizes.push((await stat(file)).size);
  }
  // Each round writes 2.6 MB: the file grows with what lives, not with what has been.
  expect(Math.max(...sizes)).toBeLessThan((sizes[0] ?? 0) + 4_000_000);
  expect(await store.integrity()).toEqual([]);
});

it('takes a lane of 10,000 queues and a large tail in little time', { timeout: 60_000 }, async () => {
  await open();
  for (let from = 0; from < 10_000; from += 1000) {
    const append = Array.from({ length: 1000 }, (_, index) => ({
      queue: `queue ${from + index}`,
      entries: lines(0, 6),
    }));
    await store.write(lane, { ...writeOf({}), append });
  }
  await store.close();
  store = await openTunedStore({ file });
  const startedAt = performance.now();
  lane = await store.own(0);
  expect(performance.now() - startedAt).toBeLessThan(1000);
  expect(lane.queues.size).toBe(10_000);
  expect(lane.queues.get('queue 9999')).toMatchObject({ first: 0, end: 6 });
});
