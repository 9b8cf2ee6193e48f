/** For tests of stores and of whatever is built on the engine. Needs no test library. */
export { FakeClock } from './testing/fake-clock.ts';
