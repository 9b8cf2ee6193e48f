import { faultContract } from './contract/fault-cases.ts';
import type { ContractCase, StoreHarness } from './contract/harness.ts';
import { portContract } from './contract/port-cases.ts';

export type { ContractCase, StoreHarness } from './contract/harness.ts';

/**
 * What every store must do, as cases for any test runner: `for (const { name, run } of
 * storeContract(harness)) it(name, run)`. The first half asks the port itself, the second runs an
 * engine on a store whose calls go wrong.
 */
export function storeContract(harness: StoreHarness): ContractCase[] {
  return [...portContract(harness), ...faultContract(harness)];
}
