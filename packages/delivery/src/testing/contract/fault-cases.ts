import assert from 'node:assert/strict';
import { openEngine } from '../../engine.ts';
import { FakeClock, settle } from '../fake-clock.ts';
import { type Fault, ProcessStore } from '../process-store.ts';
import { RecordingPartner } from '../recording-partner.ts';
import type { ContractCase, StoreHarness } from './harness.ts';

const FAULTS: readonly Fault[] = ['fail', 'fail-after', 'stall', 'stall-after'];
/** Calls of the scenario that are made to go wrong, one in each run. */
const FAULTY_CALLS = 28;

/** An engine runs on a store of which every call in turn fails or is never answered. */
export function faultContract(harness: StoreHarness): ContractCase[] {
  return FAULTS.map((fault) => ({
    name: `loses nothing under an engine when any one call does this: ${fault}`,
    run: async () => {
      for (let call = 1; call <= FAULTY_CALLS; call += 1) await faultyRun(harness, fault, call);
    },
  }));
}

/**
 * An engine works until its store goes wrong, is killed, and another one finishes on the same
 * store.
 */
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
  const { accepted, waiting, delivered, dead: deadLines, open, sealed, inFlight } = engine.ledger();
  assert.deepEqual([waiting, open, sealed, inFlight, delivered + deadLines], [0, 0, 0, 0, accepted], where);
  assert.equal(dead.size, deadLines, `${where}: dead letters and their count`);
  await engine.close();
  await harness.destroy(store);
}

/** Real time, for stores that work in another thread. */
function real(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
