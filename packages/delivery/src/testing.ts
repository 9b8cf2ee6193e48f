/** For tests of stores and of whatever is built on the engine. Needs no test library. */
export { entriesOf, texts, textsOf, writeOf } from './testing/contract/harness.ts';
export { portContract } from './testing/contract/port-cases.ts';
export { FakeClock, settle } from './testing/fake-clock.ts';
export { type Fault, ProcessStore } from './testing/process-store.ts';
export { RecordingPartner } from './testing/recording-partner.ts';
export { type ContractCase, type StoreHarness, storeContract } from './testing/store-contract.ts';
