import { Budget } from '../budget.ts';
import { Gates } from '../gates.ts';
import { Journal } from '../journal.ts';
import { LaneEngine } from '../lane-engine.ts';
import { MemoryStore } from '../memory-store.ts';
import { settingsOf } from '../options.ts';
import { recover } from '../recovery.ts';
import { POLICY } from './engine-world.ts';
import { FakeClock } from './fake-clock.ts';

/** A lane without an engine round it, whose partner takes everything; it seals nothing early of its own accord. */
export async function loneLane(budget = new Budget(1e6)): Promise<LaneEngine> {
  const store = new MemoryStore();
  const lane = new LaneEngine(await store.own('lines', 0), {
    storeId: store.id,
    settings: settingsOf({
      store,
      log: 'lines',
      policy: POLICY,
      clock: new FakeClock(),
      send: async () => ({ kind: 'delivered' }),
    }),
    journal: Journal.of(store),
    budget,
    gates: new Gates(),
    abort: new AbortController().signal,
    relieve: () => {},
    progressed: () => {},
  });
  await recover(lane);
  return lane;
}
