import { describe, expect, test } from 'vitest';
import { Budget, LINE_OVERHEAD_BYTES } from './budget.ts';
import type { LaneEngine } from './lane-engine.ts';
import { Lanes } from './lanes.ts';
import { heldLine } from './line.ts';
import { openBytes, relieve, relieveDestination, sealOldestOf } from './relief.ts';
import { loneLane } from './testing/lone-lane.ts';
import { settle } from './testing.ts';

describe('while memory is short', () => {
  test('seals the oldest group of all destinations first, and says when nothing is open', async () => {
    const lane = await loneLane();
    const names = ['e', 'd', 'e', 'd'];
    names.forEach((name, index) => {
      lane.append(lane.destination(name), heldLine(`key ${index}`, undefined, 'x', index));
    });
    await settle();
    const openKeys = () => ['d', 'e'].map((name) => lane.destination(name).batcher.openKeys);
    const seen = [openKeys()];
    while (sealOldestOf(lane)) seen.push(openKeys());
    expect(seen).toEqual([
      [2, 2],
      [2, 1],
      [1, 1],
      [1, 0],
      [0, 0],
    ]);
    expect(openBytes(lane)).toBe(0);
  });

  test('seals of one destination until half of what it holds is on its way', async () => {
    const lane = await loneLane();
    const destination = lane.destination('d');
    for (let index = 0; index < 5; index += 1) {
      const line = heldLine(`key ${index}`, undefined, 'x', index);
      destination.account.take(line.bytes + LINE_OVERHEAD_BYTES);
      lane.append(destination, line);
    }
    await settle();
    relieveDestination(lane, destination);
    expect(destination.batcher.openKeys).toBe(2);
    expect(destination.batcher.peek('key 4')).toBeDefined();
  });

  test('seals no more than keeps the destination busy: a group that stays open becomes a fuller batch', async () => {
    const lane = await loneLane();
    const destination = lane.destination('d');
    for (let index = 0; index < 40; index += 1) {
      const line = heldLine(`key ${index}`, undefined, 'x', index);
      destination.account.take(line.bytes + LINE_OVERHEAD_BYTES);
      lane.append(destination, line);
    }
    await settle();
    for (const open of [32, 24, 16]) {
      relieveDestination(lane, destination);
      relieveDestination(lane, destination);
      expect([destination.busy, destination.batcher.openKeys]).toEqual([8, open]);
      // Those arrive, and there is a reason for more.
      await settle();
      expect(destination.busy).toBe(0);
    }
  });

  test('seals nothing while a destination has room', async () => {
    const { lane, lanes, budget } = await filled(1e6);
    relieve(lanes, budget, 'd');
    expect(openKeys(lane)).toEqual({ d: 4, e: 2 });
  });

  test('seals of a destination without room alone, while others have some', async () => {
    const { lane, lanes, budget } = await filled(HELD + 1);
    relieve(lanes, budget, 'd');
    expect(openKeys(lane)).toEqual({ d: 1, e: 2 });
  });

  test('seals what is oldest of all when nobody has room, until more than half of everything is on its way', async () => {
    // The budget's very limit is no room any more.
    const { lane, lanes, budget } = await filled(HELD);
    relieve(lanes, budget, 'e');
    expect(openKeys(lane)).toEqual({ d: 2, e: 0 });
  });
});

const HELD = 6 * (1 + LINE_OVERHEAD_BYTES);

/** Four groups of one line each of `d`, then two of `e`. */
async function filled(limit: number) {
  const budget = new Budget(limit);
  const lane = await loneLane(budget);
  const lanes = new Lanes();
  lanes.all.push(lane);
  for (const [index, name] of ['d', 'd', 'd', 'd', 'e', 'e'].entries()) {
    const destination = lane.destination(name);
    destination.account.take(1 + LINE_OVERHEAD_BYTES);
    lane.append(destination, heldLine(`key ${index}`, undefined, 'x', index));
  }
  await settle();
  return { lane, lanes, budget };
}

function openKeys(lane: LaneEngine) {
  return Object.fromEntries([...lane.destinations].map(([name, { batcher }]) => [name, batcher.openKeys]));
}
