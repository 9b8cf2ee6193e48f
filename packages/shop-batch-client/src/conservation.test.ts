import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULTS, type Fault, FaultyShop } from './faulty-shop.ts';
import type { RowResult, ShopRequest } from './row.ts';
import { ShopBatchClient } from './shop-batch-client.ts';

// The long command sets more; what is random here is the schedule of faults, and what is asserted is the shop's own state.
const RUNS = Number(process.env.BATCHFEED_RUNS ?? 50);

const faults = fc.array(fc.constantFrom<Fault>(...FAULTS), { minLength: 1, maxLength: 12 });
const kinds = fc.array(fc.constantFrom('create', 'create-with-id', 'put', 'delete', 'get'), {
  minLength: 1,
  maxLength: 14,
});
const OUTCOMES = ['succeeded', 'failed', 'unknown', 'unsent'];

/** Every row has a resource of its own, so that the end of each can be compared with the shop. */
function plan(kind: string, i: number): ShopRequest {
  const data = { tag: `t${i}`, name: `row ${i}` };
  if (kind === 'create') return { method: 'POST', uri: 'products', data };
  if (kind === 'create-with-id') return { method: 'POST', uri: `/products/new-${i}`, data };
  if (kind === 'put') return { method: 'PUT', uri: `products/old-${i}`, data };
  return { method: kind === 'get' ? 'GET' : 'DELETE', uri: `products/old-${i}` };
}

async function setUp(schedule: readonly Fault[], requests: readonly ShopRequest[], maxAttempts: number) {
  const shop = await new FaultyShop(schedule).start();
  requests.forEach((request, i) => {
    if (request.method !== 'POST') shop.items.set(`products/old-${i}`, { tag: 'old' });
  });
  const client = new ShopBatchClient({
    baseUrl: shop.server.url,
    auth: { kind: 'basic', username: 'a', password: 'b' },
    requestsPerSecond: Number.POSITIVE_INFINITY,
    backoff: { baseMs: 1, maxMs: 1 },
    maxRequests: 5,
    maxWaitMs: 1,
    maxAttempts,
  });
  return { shop, client };
}

/** What the shop holds decides whether a row was told the truth. */
function check(shop: FaultyShop, request: ShopRequest, i: number, { outcome }: RowResult): void {
  expect(OUTCOMES).toContain(outcome);
  if (request.method === 'GET') {
    expect(outcome).not.toBe('unknown');
    return;
  }
  const key = request.uri === 'products' ? `products#t${i}` : request.uri.replace(/^\//, '');
  const item = shop.items.get(key);
  const done = request.method === 'DELETE' ? item === undefined : item?.tag === `t${i}`;
  if (outcome === 'succeeded') expect(done).toBe(true);
  if (outcome === 'failed' || outcome === 'unsent') expect(done).toBe(false);
  if (request.method === 'POST') expect(shop.writes.get(key) ?? 0).toBeLessThanOrEqual(1);
}

describe('under every schedule of faults', () => {
  const run = (name: string, send: (client: ShopBatchClient, requests: ShopRequest[]) => Promise<RowResult[]>) =>
    it(`${name}: every row ends once, as the shop's own state says, and nothing is created twice`, async () => {
      await fc.assert(
        fc.asyncProperty(faults, kinds, fc.integer({ min: 1, max: 4 }), async (schedule, chosen, maxAttempts) => {
          const requests = chosen.map(plan);
          const { shop, client } = await setUp(schedule, requests, maxAttempts);
          try {
            const rows = await send(client, requests);
            expect(rows).toHaveLength(requests.length);
            rows.forEach((row, i) => {
              check(shop, requests[i] as ShopRequest, i, row);
            });
          } finally {
            await shop.server.close();
          }
        }),
        { numRuns: RUNS },
      );
    }, 600_000);

  run('batch', async (client, requests) => (await client.batch(requests)).rows);
  run('request', (client, requests) => Promise.all(requests.map((request) => client.request(request))));
  run('bulk', async (client, requests) => {
    const rows: RowResult[] = [];
    const summary = await client.bulk(requests, {
      onRow: ({ index, result }) => {
        expect(rows[index]).toBeUndefined();
        rows[index] = result;
      },
    });
    expect(summary.rows).toBe(requests.length);
    expect(summary.succeeded + summary.failed + summary.unknown + summary.unsent).toBe(summary.rows);
    return rows;
  });

  it('an earlier row never undoes a later one for the same resource', async () => {
    await fc.assert(
      fc.asyncProperty(faults, fc.array(fc.nat(2), { minLength: 2, maxLength: 14 }), async (schedule, resources) => {
        const { shop, client } = await setUp(schedule, [], 4);
        const requests = resources.map((k, n) => ({ method: 'PUT', uri: `products/p-${k}`, data: { n } }) as const);
        for (const { uri } of requests) shop.items.set(uri, { n: -1 });
        try {
          const { rows } = await client.batch(requests);
          for (const uri of new Set(requests.map((request) => request.uri))) {
            const own = rows.flatMap((row, n) => (requests[n]?.uri === uri ? [{ ...row, n }] : []));
            const last = own.findLast(({ outcome }) => outcome === 'succeeded')?.n ?? -1;
            const held = Number(shop.items.get(uri)?.n);
            expect(held).toBeGreaterThanOrEqual(last);
            expect(['succeeded', 'unknown', undefined]).toContain(own.find(({ n }) => n === held)?.outcome);
          }
        } finally {
          await shop.server.close();
        }
      }),
      { numRuns: RUNS },
    );
  }, 600_000);

  it('without a limit to patience, creates with outer ids all arrive, each once', async () => {
    const harmless = faults.map((all) =>
      all.filter((fault) => fault !== '429-date' && fault !== 'first-refused-part-missing'),
    );
    await fc.assert(
      fc.asyncProperty(harmless, fc.integer({ min: 1, max: 14 }), async (schedule, count) => {
        const requests = Array.from({ length: count }, (_, i) => plan('create-with-id', i));
        const { shop, client } = await setUp(schedule, requests, 50);
        try {
          const { rows } = await client.batch(requests);
          expect(rows.map(({ outcome }) => outcome)).toEqual(requests.map(() => 'succeeded'));
          expect([...shop.writes.values()]).toEqual(requests.map(() => 1));
        } finally {
          await shop.server.close();
        }
      }),
      { numRuns: RUNS },
    );
  }, 600_000);
});

describe('when the caller gives up', () => {
  it('still every row ends as the shop says', async () => {
    await fc.assert(
      fc.asyncProperty(
        faults,
        kinds,
        fc.integer({ min: 0, max: 15 }),
        fc.boolean(),
        async (schedule, chosen, ms, gently) => {
          const requests = chosen.map(plan);
          const { shop, client } = await setUp(schedule, requests, 4);
          try {
            const seen = new Map<number, RowResult>();
            const signal = AbortSignal.timeout(ms);
            const summary = await client.bulk(requests, {
              ...(gently ? { stop: signal } : { signal }),
              onRow: ({ index, result }) => {
                expect(seen.has(index)).toBe(false);
                seen.set(index, result);
              },
            });
            expect(seen.size).toBe(summary.rows);
            for (const [i, row] of seen) check(shop, requests[i] as ShopRequest, i, row);
          } finally {
            await shop.server.close();
          }
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);
});
