import fc from 'fast-check';
import { it } from 'vitest';
import { PATIENCE, runs, Tape, tapes } from './testing/tape.ts';
import { World } from './testing/world.ts';

it('inverts no order, sticks nowhere and holds nothing for ever, whatever happens', PATIENCE, () => {
  fc.assert(
    fc.property(tapes(300), (numbers) => {
      const world = new World(new Tape(numbers));
      try {
        world.run();
      } catch (error) {
        throw new Error(`${error instanceof Error ? error.message : error}\n${world.trace.join(' · ')}`, {
          cause: error,
        });
      }
    }),
    runs(500),
  );
});
