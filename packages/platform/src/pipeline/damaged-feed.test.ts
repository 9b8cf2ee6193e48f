import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeFeed, startTestPlatform, update } from '../testing/test-platform.ts';
import { answer, STATUS, startTestPlugin, UPDATE } from '../testing/test-plugin.ts';

it('a feed whose data on disk are damaged says so and stops alone, and can be deleted', async () => {
  const [one, other] = [await startTestPlugin(), await startTestPlugin()];
  const operator = await startTestPlatform({ circuit: { probeMs: 20, maxProbeMs: 50 } });
  const damaged = await makeFeed(operator, one.url);
  const sound = await makeFeed(operator, other.url, { batching: { batch_flush_max_size: 10 } });
  for (const plugin of [one, other]) {
    for (const path of [UPDATE, STATUS]) plugin.on(path, (_, response) => answer(response, 503, ''));
  }
  await damaged.push(Array.from({ length: 2_000 }, (_, index) => update(`u${index}`)));
  await sound.push(Array.from({ length: 100 }, (_, index) => update(`u${index}`)));
  await operator.platform.close();
  const db = new Database(join(operator.dataDir, 'lines.db'));
  const first = db.prepare('SELECT min(id) FROM segment').pluck().get();
  db.prepare('UPDATE segment SET data = zeroblob(length(data)) WHERE id = ?').run(first);
  db.close();
  await operator.restart();
  other.on(STATUS, (_, response) => answer(response, 200, {}));
  other.on(UPDATE, (_, response) => answer(response, 200, { status: 'ok' }));

  await sound.until(({ updates }) => updates.processed === 100);
  expect((await sound.resource()).damage).toBeUndefined();
  const { damage, waits_for: waits, backlog } = await damaged.resource();
  expect(damage).toContain('position');
  expect(waits?.[0]).toEqual({ for: 'repair', reason: damage });
  expect(backlog?.updates).toBe(2_000);
  expect(operator.log).toContainEqual(expect.objectContaining({ level: 50, feed: damaged.id, reason: damage }));

  await operator.do('DELETE', `${damaged.path}?mode=discard`);
  await expect.poll(async () => (await operator.call('GET', damaged.path)).status, { timeout: 5_000 }).toBe(404);
  await operator.close();
  await Promise.all([one.close(), other.close()]);
});
