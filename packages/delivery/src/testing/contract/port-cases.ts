import { DAMAGE_CASES, ENTRY_CASES } from './entry-cases.ts';
import type { ContractCase, PortCase, StoreHarness } from './harness.ts';
import { OVER_CASES } from './over-cases.ts';
import { OWNER_CASES } from './owner-cases.ts';
import { STATE_CASES } from './state-cases.ts';

/** What the port asks of a store by itself, without an engine. */
export function portContract(harness: StoreHarness): ContractCase[] {
  const { damage } = harness;
  const cases: Readonly<Record<string, PortCase>> = {
    ...ENTRY_CASES,
    ...OVER_CASES,
    ...STATE_CASES,
    ...OWNER_CASES,
    ...(damage === undefined ? {} : DAMAGE_CASES),
  };
  return Object.entries(cases).map(([name, run]) => ({
    name,
    run: async () => {
      let store = await harness.open(2);
      const become = async (next: Promise<typeof store>) => {
        store = await next;
        return store;
      };
      try {
        await run({
          get store() {
            return store;
          },
          reopen: () => become(harness.reopen(store)),
          ...(damage === undefined ? {} : { damage: (text: string) => become(damage(store, text)) }),
        });
      } finally {
        await harness.destroy(store);
      }
    },
  }));
}
