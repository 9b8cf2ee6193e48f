/** What the engine's own tests begin with; no part of the package. */

import { Batcher } from '@batchfeed/batcher';
import { ConcurrencyLimit } from '../base/concurrency.ts';
import {
  type DeliveryEvent,
  type Engine,
  type EngineOptions,
  type Line,
  MemoryStore,
  type Outcome,
  type OutgoingBatch,
  openEngine,
  type Policy,
} from '../index.ts';
import type { Place } from '../line.ts';
import { DestinationState } from '../state/destination.ts';
import { Window } from '../state/window.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { ProcessStore } from './process-store.ts';

export const POLICY = { maxLines: 4, maxBytes: 1000, maxAgeMs: 100, envelopeBytes: 2, separatorBytes: 1 };

export const line = (content: string, key = 'k', subject?: string): Line => ({
  destination: 'd',
  key,
  subject,
  content,
});

export const numbered = (count: number, key?: string) =>
  Array.from({ length: count }, (_, index) => line(String(index), key));

export type Answer = Outcome | ((batch: OutgoingBatch) => Promise<Outcome> | Outcome);

/** A destination without an engine. */
export const loneDestination = (name = 'd', policy: Policy = POLICY) =>
  new DestinationState({
    log: 'lines',
    name,
    batcher: new Batcher<Place>({ policy }),
    concurrency: new ConcurrencyLimit(4),
    gates: [],
    paused: false,
    account: new Window(1e9, 1e9).account(() => {}, false),
    first: 0,
    end: 0,
    bytes: 0,
  });

/** An engine on a fake clock whose partner answers from a script, then well. */
export async function world(answers: Answer[] = [], options: Partial<EngineOptions> = {}) {
  const clock = new FakeClock();
  const store = new MemoryStore({ id: 'store' });
  const sent: (OutgoingBatch & { at: number })[] = [];
  const events: DeliveryEvent[] = [];
  const open = (changed: Partial<EngineOptions> = {}) =>
    openEngine({
      store: new ProcessStore(store),
      log: 'lines',
      policy: POLICY,
      retry: { maxAttempts: 3, baseMs: 10, capMs: 40 },
      clock,
      random: () => 1,
      send: async (batch) => {
        sent.push({ ...batch, at: clock.now() });
        const answer = answers.shift() ?? { kind: 'delivered' };
        return typeof answer === 'function' ? answer(batch) : answer;
      },
      onEvent: (event) => events.push(event),
      ...options,
      ...changed,
    });
  /** The lane state under a prefix. Takes the lane over, so it is for when no engine works. */
  const states = async (prefix = '') => {
    const lane = await store.own(0);
    return [...(await lane.scan(`lines/${prefix}`, undefined, 10_000))];
  };
  /** Entries that are left in the queues. Likewise. */
  const entries = async () => {
    const lane = await store.own(0);
    const pages = [...lane.queues.keys()].map((queue) => lane.read(queue, 0, 1e9));
    return (await Promise.all(pages)).flat();
  };
  return { clock, store, sent, events, open, states, entries, answers, engine: await open() };
}

/** Appends, and lets what follows from it happen. */
export async function append(engine: Engine, lines: readonly Line[]) {
  const result = await engine.append(lines);
  await settle();
  return result;
}

/** Answers that are given when the test says so, in the order in which they were asked for. */
export function heldAnswers() {
  const waiting: ((outcome: Outcome) => void)[] = [];
  const answer: Answer = () => new Promise((resolve) => waiting.push(resolve));
  const give = async (outcome: Outcome = { kind: 'delivered' }) => {
    waiting.shift()?.(outcome);
    await settle();
  };
  return { answer, give, waiting };
}
