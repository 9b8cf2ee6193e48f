import { readFileSync } from 'node:fs';
import { MemoryStore, openEngine } from '@batchfeed/delivery';
import { expect, it } from 'vitest';
import { Metrics } from './metrics.ts';

const DASHBOARD = new URL('../../../../apps/platform/grafana/batchfeed.json', import.meta.url);

it('the dashboard asks for metrics that there are, and shows all that are the platform’s own', async () => {
  const engine = await openEngine({
    store: new MemoryStore(),
    log: 'lines',
    policy: 'unit',
    send: async () => ({ kind: 'delivered' }),
  });
  const source = {
    ledger: () => engine.ledger(),
    windowBytes: () => 0,
    backlogBytes: () => 0,
    oldestOpenedAt: () => undefined,
    openCircuits: () => 0,
  };
  const metrics = new Metrics(source, Date.now);
  const names = (await metrics.registry.getMetricsAsJSON())
    .map(({ name }) => name)
    .filter((name) => name.startsWith('batchfeed_'));
  await engine.close();
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: { targets: { expr: string }[] }[] };
  const text = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
  const asked = new Set([...text.matchAll(/batchfeed_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, '')));
  expect([...asked].filter((name) => !names.includes(name))).toEqual([]);
  expect(names.filter((name) => !asked.has(name)).sort()).toEqual([
    'batchfeed_batch_lines',
    'batchfeed_dead_letters_total',
  ]);
});
