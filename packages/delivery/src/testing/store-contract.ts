/**
 * What every store must do, as cases for any test runner: `for (const { name, run } of storeContract(harness)) test(name, run)`.
 * The first half asks the port itself; the second runs an engine on a store of which every call in turn fails or is never answered.
 * Its length is that of a list: each case stands alone.
 */
import assert from 'node:assert/strict';
import { openEngine } from '../engine.ts';
import type { Lane, LaneWrite, Store } from '../store.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { type Fault, ProcessStore } from './process-store.ts';
import { RecordingPartner } from './recording-partner.ts';

/** How the suite makes stores of the kind it is to judge. */
export interface StoreHarness {
  /** A new, empty store with this many lanes. */
  open(lanes: number): Promise<Store>;
  /** Closes the store and opens what it left. */
  reopen(store: Store): Promise<Store>;
  /** Closes the store and removes what it left. */
  destroy(store: Store): Promise<void>;
}

/** One case, for any test runner: `test(name, run)`. `run` rejects when the store does not keep the contract. */
export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

type PortCase = (store: Store, reopen: () => Promise<Store>) => Promise<void>;

const STRANGE = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '007',
  'null',
  '😀'.repeat(3),
  'é',
  'e\u0301',
  '\u2028',
  "'; DROP TABLE x; --",
  '\n\r\t',
  'x'.repeat(70_000),
];

const PORT_CASES: Readonly<Record<string, PortCase>> = {
  'gives entries back as they came, in order, under ascending positions': async (store) => {
    const lane = await store.own('log', 0);
    assert.deepEqual(await store.write([write(lane, STRANGE)]), [0]);
    assert.deepEqual(await store.write([write(lane, ['next'])]), [STRANGE.length]);
    assert.equal(lane.end, STRANGE.length + 1);
    const entries = await readAll(lane, 0);
    assert.deepEqual(
      entries.map(({ text }) => text),
      [...STRANGE, 'next'],
    );
    assert.deepEqual(
      entries.map(({ position }) => position),
      entries.map((_, index) => index),
    );
    assert.deepEqual((await readAll(lane, 5)).map(({ position }) => position)[0], 5);
    assert.deepEqual(await lane.read(lane.end, 1000), []);
  },
  'reads in pages of about the size asked for, at least one entry each': async (store) => {
    const lane = await store.own('log', 0);
    for (let count = 0; count < 10; count += 1) await store.write([write(lane, ['x'.repeat(1000)])]);
    const page = await lane.read(0, 2500);
    assert.ok(page.length >= 1 && page.length < 10, `a page of ${page.length} entries`);
    assert.equal((await readAll(lane, 0, 10)).length, 10);
  },
  'keeps state by key, in key order, page by page': async (store) => {
    const lane = await store.own('log', 0);
    const keys = ['a/1', 'a/2', 'a/10', 'a', 'b/1', 'a/😀', 'A/1', 'a0'];
    await store.write([write(lane, [], new Map(keys.map((key) => [key, `value of ${key}`])))]);
    const listed = ['a/1', 'a/10', 'a/2', 'a/😀'];
    assert.deepEqual(
      (await lane.scan('a/', undefined, 100)).map(([key]) => key),
      listed,
    );
    assert.deepEqual(
      (await lane.scan('a/', undefined, 2)).map(([key]) => key),
      listed.slice(0, 2),
    );
    assert.deepEqual(
      (await lane.scan('a/', listed[1], 100)).map(([key]) => key),
      listed.slice(2),
    );
    await store.write([
      write(
        lane,
        [],
        new Map([
          ['a/1', null],
          ['a/2', 'changed'],
          ['gone', null],
        ]),
      ),
    ]);
    assert.equal(await lane.get('a/1'), undefined);
    assert.equal(await lane.get('a/2'), 'changed');
    assert.equal(await lane.get('a'), 'value of a');
  },
  'keeps what it acknowledged across a reopening, and its id': async (store, reopen) => {
    const lane = await store.own('log', 0);
    await store.write([write(lane, STRANGE, new Map([['key', 'value']]))]);
    const again = await reopen();
    assert.equal(again.id, store.id);
    const reowned = await again.own('log', 0);
    assert.deepEqual(
      (await readAll(reowned, 0)).map(({ text }) => text),
      STRANGE,
    );
    assert.equal(await reowned.get('key'), 'value');
    assert.equal(reowned.end, STRANGE.length);
  },
  'never gives a position twice, not even when everything below the mark is gone': async (store, reopen) => {
    const lane = await store.own('log', 0);
    await store.write([write(lane, ['a', 'b', 'c'])]);
    await store.write([{ ...write(lane, []), lowWater: 3 }]);
    assert.equal(lane.lowWater, 3);
    const again = await reopen();
    const reowned = await again.own('log', 0);
    assert.deepEqual([reowned.lowWater, reowned.end], [3, 3]);
    assert.deepEqual(await reowned.read(0, 1000), []);
    assert.deepEqual(await again.write([write(reowned, ['d'])]), [3]);
  },
  'keeps what is above the mark when the mark lies inside a write': async (store) => {
    const lane = await store.own('log', 0);
    await store.write([write(lane, ['a', 'b', 'c', 'd'])]);
    await store.write([{ ...write(lane, []), lowWater: 2 }]);
    assert.deepEqual(
      (await readAll(lane, 2)).map(({ text }) => text),
      ['c', 'd'],
    );
  },
  'keeps lanes and logs apart, and writes to several in one call': async (store) => {
    const [one, two, other] = await Promise.all([store.own('log', 0), store.own('log', 1), store.own('other', 0)]);
    await store.write([write(two, ['x'])]);
    const firsts = await store.write([
      write(one, ['a']),
      write(two, ['b']),
      write(other, ['c'], new Map([['k', 'v']])),
    ]);
    assert.deepEqual(firsts, [0, 1, 0]);
    assert.deepEqual(
      (await readAll(two, 0)).map(({ text }) => text),
      ['x', 'b'],
    );
    assert.equal(await one.get('k'), undefined);
    assert.equal(await other.get('k'), 'v');
  },
  'takes effect in the order of the calls, however many are under way': async (store) => {
    const lane = await store.own('log', 0);
    const calls = Array.from({ length: 200 }, (_, index) =>
      store.write([write(lane, [`entry ${index}`], new Map([['last', String(index)]]))]),
    );
    assert.deepEqual(
      (await Promise.all(calls)).flat(),
      calls.map((_, index) => index),
    );
    assert.deepEqual(
      (await readAll(lane, 0)).map(({ text }) => text),
      calls.map((_, index) => `entry ${index}`),
    );
    assert.equal(await lane.get('last'), '199');
  },
  'fences the earlier owner of a lane, whose writes then change nothing': async (store) => {
    const first = await store.own('log', 0);
    await store.write([write(first, ['a'])]);
    const second = await store.own('log', 0);
    await assert.rejects(store.write([write(first, ['b'], new Map([['k', 'v']]))]), { code: 'FENCED' });
    await store.write([write(second, ['c'])]);
    assert.deepEqual(
      (await readAll(second, 0)).map(({ text }) => text),
      ['a', 'c'],
    );
    assert.equal(await second.get('k'), undefined);
  },
};

const FAULTS: readonly Fault[] = ['fail', 'fail-after', 'stall', 'stall-after'];
/** Calls of the scenario that are made to go wrong, one in each run. */
const FAULTY_CALLS = 28;

/** All cases for one kind of store. */
export function storeContract(harness: StoreHarness): ContractCase[] {
  const port = Object.entries(PORT_CASES).map(([name, run]) => ({
    name,
    run: async () => {
      let store = await harness.open(2);
      const reopen = async () => {
        store = await harness.reopen(store);
        return store;
      };
      try {
        await run(store, reopen);
      } finally {
        await harness.destroy(store);
      }
    },
  }));
  const faults = FAULTS.map((fault) => ({
    name: `loses nothing under an engine when any one call does this: ${fault}`,
    run: async () => {
      for (let call = 1; call <= FAULTY_CALLS; call += 1) await faultyRun(harness, fault, call);
    },
  }));
  return [...port, ...faults];
}

/** An engine works until its store goes wrong, is killed, and another one finishes on the same store. */
async function faultyRun(harness: StoreHarness, fault: Fault, call: number): Promise<void> {
  const store = await harness.open(1);
  const clock = new FakeClock();
  const partner = new RecordingPartner((batch) =>
    batch.key === 'refused'
      ? { kind: 'rejected', reason: 'No.' }
      : batch.attempt % 2 === 1
        ? { kind: 'retry', reason: 'Later.' }
        : { kind: 'delivered' },
  );
  const acknowledged: string[] = [];
  const start = (process: ProcessStore) =>
    openEngine({
      store: process,
      log: 'lines',
      policy: { maxLines: 3, maxBytes: 10_000, maxAgeMs: 50, separatorBytes: 1 },
      retry: { baseMs: 1, capMs: 5 },
      clock,
      send: (batch, context) => (process.killed ? new Promise<never>(() => {}) : partner.send(batch, context)),
    });

  const first = new ProcessStore(store);
  first.failAt(call, fault);
  const work = async () => {
    const engine = await start(first);
    for (let number = 0; number < 12; number += 1) {
      const key = number % 5 === 4 ? 'refused' : `key ${number % 2}`;
      const lines = [0, 1].map((half) => ({
        destination: 'd',
        key,
        subject: `s${number % 3}`,
        content: `${number}.${half}`,
      }));
      await engine.append(lines);
      acknowledged.push(...lines.map(({ content }) => content));
    }
    await engine.drain();
  };
  const working = work().catch(() => {});
  for (let turn = 0; turn < 15; turn += 1) {
    await real(1);
    await clock.advance(10);
  }
  await Promise.race([working, settle()]);
  first.kill();
  partner.senderGone();

  const engine = await start(new ProcessStore(store));
  engine.drain();
  const idle = engine.idle();
  let over = false;
  void idle.then(() => {
    over = true;
  });
  for (let turn = 0; turn < 400 && !over; turn += 1) {
    await clock.advance(10);
    await real(1);
  }
  const where = `call ${call}: ${fault}`;
  assert.ok(over, `${where}: the second engine did not finish`);
  const dead = new Set<string>();
  for (const { ref } of await engine.deadLetters())
    for (const content of await engine.deadLines(ref)) dead.add(content);
  for (const content of acknowledged)
    assert.ok(partner.deliveries.has(content) || dead.has(content), `${where}: line ${content} is lost`);
  assert.deepEqual(partner.faults, [], where);
  const { accepted, delivered, dead: deadLines, open, sealed, inFlight } = engine.ledger();
  assert.deepEqual([open, sealed, inFlight, delivered + deadLines], [0, 0, 0, accepted], where);
  assert.equal(dead.size, deadLines, `${where}: dead letters and their count`);
  await engine.close();
  await harness.destroy(store);
}

function write(lane: Lane, append: readonly string[], put: ReadonlyMap<string, string | null> = new Map()): LaneWrite {
  return { lane, append, put, lowWater: undefined };
}

async function readAll(lane: Lane, from: number, maxBytes = 1000): Promise<{ position: number; text: string }[]> {
  const found: { position: number; text: string }[] = [];
  for (let next = from; ; ) {
    const page = await lane.read(next, maxBytes);
    if (page.length === 0) return found;
    found.push(...page);
    next = (page.at(-1)?.position ?? next) + 1;
  }
}

/** Real time, for stores that work in another thread. */
function real(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
