import { expect, it } from 'vitest';
import { makeFeed, startTestPlatform, update } from '../testing/test-platform.ts';
import { answer, startTestPlugin, UPDATE } from '../testing/test-plugin.ts';

it('makes 20 calls ± 1 in ten seconds at two a second', { timeout: 40_000, retry: 1 }, async () => {
  const plugin = await startTestPlugin();
  const operator = await startTestPlatform();
  const times: number[] = [];
  plugin.on(UPDATE, (_, response) => {
    times.push(performance.now());
    answer(response, 200, { status: 'ok' });
  });
  const feed = await makeFeed(operator, plugin.url);
  await operator.do('POST', `${feed.versionPath}/throttlings`, {
    scope: 'GLOBAL',
    plugin_endpoint: UPDATE,
    max_qps: 2,
  });
  await feed.push(Array.from({ length: 40 }, (_, index) => update(`u${index}`)));
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  const first = times[0] as number;
  const inTenSeconds = times.filter((time) => time < first + 10_000).length;
  await operator.close();
  await plugin.close();
  expect(inTenSeconds).toBeGreaterThanOrEqual(19);
  expect(inTenSeconds).toBeLessThanOrEqual(21);
});
