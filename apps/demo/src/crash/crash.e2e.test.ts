import { expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { crashRun } from './crash-run.ts';

const updates = 3_000;
const rounds = 3;

it('delivers a segment right while platform, plugin and shop are killed in turn', { timeout: 240_000 }, async () => {
  const dataDir = `${temporaryFolder()}/data`;
  const { statistics, comparison, kills, deliveries } = await crashRun({
    updates,
    rounds,
    seed: 7,
    dataDir,
    say: () => {},
  });
  expect(kills).toEqual({ platform: rounds, plugin: rounds, shop: rounds });
  expect(comparison).toMatchObject({ missing: [], unexpected: [], different: [], duplicates: 0 });
  expect(comparison.present).toBe(comparison.expected);
  expect(statistics.updates).toMatchObject({ accepted: updates, open: 0, in_flight: 0, dead: 0 });
  expect(statistics.updates.processed + statistics.updates.no_eligible_identifier).toBe(updates);
  expect(statistics.lines).toMatchObject({ open: 0, sealed: 0, in_flight: 0, dead: 0 });
  expect(statistics.lines.delivered).toBe(statistics.lines.accepted);
  // Whatever came twice came under the id, and with the bytes, that it had the first time: each line is in one batch.
  expect(deliveries.changed).toBe(0);
  expect(deliveries.lines).toBe(statistics.lines.accepted);
  expect(deliveries.batches).toBe(statistics.batches.sealed);
});
