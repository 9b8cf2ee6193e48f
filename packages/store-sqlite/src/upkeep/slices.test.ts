import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaneWrite } from '@batchfeed/delivery';
import { writeOf } from '@batchfeed/delivery/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describe, openDatabase } from '../database.ts';
import { LaneTables } from '../lanes/lane-tables.ts';
import { tuningFor } from '../tuning.ts';
import { writeMessage } from '../write-message.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-sqlite-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const filler = 'x'.repeat(250);
const lines = (from: number, size: number) => Array.from({ length: size }, (_, index) => `${from + index} ${filler}`);

it('ends or removes a queue of 200,000 entries in many slices', { timeout: 60_000 }, () => {
  const file = join(folder, 'lines.db');
  const { db } = openDatabase({ file, lanes: 1, maxBytes: undefined, tuning: undefined });
  const tables = new LaneTables(db, tuningFor(1), (error) => describe(error, file));
  const { owner } = tables.own(0);
  const write = (given: LaneWrite) => tables.write([writeMessage({ lane: 0, owner }, given)]);
  const size = 200_000;
  for (let from = 0; from < size; from += 5000) {
    write(writeOf({ append: { ends: lines(from, 5000), goes: lines(from, 5000) } }));
    tables.upkeep.work(1000);
  }
  const pieces = db.prepare<[number], number>('SELECT count(*) FROM piece WHERE queue = ?').pluck();
  const works = [writeOf({ over: [{ queue: 'ends', from: 0, to: size }] }), writeOf({ remove: ['goes'] })];
  for (const [index, given] of works.entries()) {
    write(given);
    let slices = 0;
    for (; pieces.get(index + 1) !== 0; slices += 1) expect(tables.upkeep.work(1)).toBe(true);
    // At once, it would be one.
    expect(slices).toBeGreaterThan(3);
  }
  db.close();
});
