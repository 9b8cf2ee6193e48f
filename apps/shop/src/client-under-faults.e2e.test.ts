import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ResumedRequest, type RowResult, ShopBatchClient } from '@batchfeed/shop-batch-client';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type FaultKind, faults } from './faults.ts';

/**
 * The client and its command against the shop as it is run, under random schedules of what a shop will one day do.
 * What counts is the shop's own database: every row ended as it says, nothing was created twice, and resuming ends in
 * the state that was asked for.
 */

// The long command sets 1,000 or more.
const RUNS = Number(process.env.BATCHFEED_RUNS ?? 50);
// A run of the command starts processes and kills them, which takes a hundred times as long as one of the client.
const KILLED_RUNS = Math.max(5, Math.ceil(RUNS / 10));

const shopProgram = join(import.meta.dirname, '../dist/main.js');
const command = join(import.meta.dirname, '../../../packages/shop-batch-client/bin/shop-batch.js');
const env = { PATH: process.env.PATH, SHOP_API_USER: 'demo', SHOP_API_PASSWORD: 'secret' };
const authorization = `Basic ${Buffer.from('demo:secret').toString('base64')}`;

let dir: string;
let shop: ChildProcess;
let url: string;
let database: Database.Database;
let schedules = 0;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'shop-faults-'));
  shop = spawn(process.execPath, [shopProgram, '--data-dir', dir], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(shop.stdout!), 'line');
  url = JSON.parse(line).url;
  database = new Database(join(dir, 'shop.db'), { readonly: true });
});
afterAll(() => {
  database?.close();
  shop?.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});
beforeEach(() => order([]));

const order = async (list: readonly object[]) => {
  const headers = { authorization, 'content-type': 'application/json' };
  await fetch(`${url}/admin/faults`, { method: 'DELETE', headers: { authorization } });
  const answer = await fetch(`${url}/admin/faults`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ faults: list }),
  });
  expect(answer.status).toBe(200);
};

const kinds = Object.keys(faults) as FaultKind[];
/** Short, where a fault takes time. */
const value = (kind: FaultKind) => (kind === '429' ? { value: 0 } : kind === 'slow' ? { value: 3 } : {});
const fault = fc.constantFrom<FaultKind | 'none'>('none', 'none', ...kinds);
const schedule = (maxLength: number, left: readonly FaultKind[] = []) =>
  fc
    .array(
      fault.filter((kind) => kind === 'none' || !left.includes(kind)),
      { minLength: 1, maxLength },
    )
    .map((list) => list.map((kind) => ({ kind, ...(kind === 'none' ? {} : value(kind)) })));

const clientWith = (maxAttempts: number) =>
  new ShopBatchClient({
    baseUrl: url,
    auth: { kind: 'basic', username: 'demo', password: 'secret' },
    requestsPerSecond: Number.POSITIVE_INFINITY,
    backoff: { baseMs: 1, maxMs: 1 },
    maxRequests: 5,
    maxWaitMs: 1,
    maxAttempts,
  });

interface Product {
  modelNumber: string | null;
}
const products = (sku: string) =>
  database.prepare<[string], Product>('SELECT modelNumber FROM products WHERE sku = ?').all(sku);
const insertions = (id: string) =>
  database
    .prepare<[string], number>("SELECT inserted FROM writeLog WHERE endpoint = 'products' AND id = ?")
    .pluck()
    .get(id) ?? 0;

type Kind = 'create' | 'create-with-id' | 'put' | 'delete' | 'get';

/** A row with a product of its own, so that its end can be compared with the database. */
const rowOf = (kind: Kind, sku: string): ResumedRequest => {
  const data = { sku, modelNumber: 'new' };
  if (kind === 'create') return { method: 'POST', uri: 'products', data };
  if (kind === 'create-with-id') return { method: 'POST', uri: `products/${sku}`, data };
  if (kind === 'put') return { method: 'PUT', uri: `products/${sku}`, data };
  return { method: kind === 'get' ? 'GET' : 'DELETE', uri: `products/${sku}` };
};

const isDone = (kind: Kind, sku: string): boolean => {
  const found = products(sku);
  return kind === 'delete' ? found.length === 0 : found.some(({ modelNumber }) => modelNumber === 'new');
};

const check = (kind: Kind, sku: string, { outcome }: RowResult) => {
  if (kind === 'get') expect(['succeeded', 'failed', 'unsent']).toContain(outcome);
  else if (outcome === 'succeeded') expect(isDone(kind, sku)).toBe(true);
  else if (outcome !== 'unknown') expect(isDone(kind, sku)).toBe(false);
  // With an outer id and without: nothing is there twice.
  expect(products(sku).length).toBeLessThanOrEqual(1);
  expect(insertions(sku)).toBeLessThanOrEqual(1);
};

/** Sends through `bulk` and holds the summary to its own equation. */
const send = async (client: ShopBatchClient, rows: readonly ResumedRequest[]): Promise<RowResult[]> => {
  const results = new Map<number, RowResult>();
  const { rows: count, ...summary } = await client.bulk(rows, {
    onRow: ({ index, result }) => {
      expect(results.has(index)).toBe(false);
      results.set(index, result);
    },
  });
  expect(summary.succeeded + summary.failed + summary.unknown + summary.unsent).toBe(count);
  expect(results.size).toBe(count);
  // A shop that turns everything away ends the reading: the rows not read are not sent.
  return rows.map((_, index) => results.get(index) ?? { outcome: 'unsent', attempts: 0 });
};

const choose = fc.array(fc.constantFrom<Kind>('create', 'create-with-id', 'put', 'delete', 'get'), {
  minLength: 1,
  maxLength: 14,
});

it('under every schedule of faults every row ends as the database says, and resuming ends as asked for', async () => {
  await fc.assert(
    fc.asyncProperty(schedule(10), choose, fc.integer({ min: 1, max: 4 }), async (list, chosen, attempts) => {
      schedules += 1;
      const sku = (index: number) => `s${schedules}-${index}`;
      await order([]);
      const before = chosen.flatMap((kind, index) =>
        kind === 'create' || kind === 'create-with-id'
          ? []
          : [{ method: 'POST' as const, uri: `products/${sku(index)}`, data: { sku: sku(index), modelNumber: 'old' } }],
      );
      expect((await send(clientWith(1), before)).every(({ outcome }) => outcome === 'succeeded')).toBe(true);

      await order(list);
      const results = await send(
        clientWith(attempts),
        chosen.map((kind, index) => rowOf(kind, sku(index))),
      );
      results.forEach((result, index) => void check(chosen[index]!, sku(index), result));

      await order([]);
      const left = chosen.flatMap((kind, index) => {
        const { outcome } = results[index]!;
        return outcome === 'succeeded' ? [] : [{ kind, index, doubtful: outcome === 'unknown' }];
      });
      const resumed = await send(
        clientWith(3),
        left.map(({ kind, index, doubtful }) => ({ ...rowOf(kind, sku(index)), doubtful })),
      );
      left.forEach(({ kind, index, doubtful }, place) => {
        const result = resumed[place]!;
        check(kind, sku(index), result);
        // A creation that may be there and has no id of its own is the caller's to look for.
        const expected = kind === 'create' && doubtful ? 'unknown' : 'succeeded';
        // A delete that was carried out finds nothing when a later run repeats it, and says so.
        if (kind === 'delete' && doubtful) expect(isDone(kind, sku(index))).toBe(true);
        else expect(result.outcome).toBe(expected);
      });
    }),
    { numRuns: RUNS },
  );
}, 3_600_000);

it('a push that is killed and resumed, whatever the shop does, puts every row there once', async () => {
  let kills = 0;
  // A redirect and a refusal end a run of the command by design; they are tried above.
  await fc.assert(
    fc.asyncProperty(
      schedule(12, ['308']),
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 1, maxLength: 3 }),
      async (list, count, moments) => {
        schedules += 1;
        const file = join(dir, `push-${schedules}.csv`);
        const skus = Array.from({ length: count }, (_, index) => `p${schedules}-${index}`);
        writeFileSync(file, ['sku,modelNumber', ...skus.map((sku) => `${sku},new`), ''].join('\n'));
        await order(list);
        const push = (patient: boolean) => {
          const rate = ['--requests-per-second', patient ? '0' : '40', '--max-requests', '5', '--backoff', '1'];
          const resume = existsSync(`${file}.journal`) ? ['--resume'] : [];
          const args = [command, 'push', file, '--url', url, '--resource', 'products', '--outer-id', 'sku', ...rate];
          const child = spawn(process.execPath, [...args, ...resume], { env, stdio: ['ignore', 'pipe', 'pipe'] });
          let output = '';
          for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
          return { child, end: once(child, 'close').then(([code]) => ({ code: code as number | null, output })) };
        };
        for (const moment of moments) {
          const { child, end } = push(false);
          // From the moment it has begun to write, or at once where it never does.
          for (
            let waited = 0;
            !existsSync(`${file}.journal`) && child.exitCode === null && waited < 3_000;
            waited += 5
          ) {
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
          await new Promise((resolve) => setTimeout(resolve, moment));
          if (child.kill('SIGKILL')) kills += 1;
          await end;
        }
        await order([]);
        const { code, output } = await push(true).end;
        expect([code, output]).toEqual([0, expect.any(String)]);
        for (const sku of skus) {
          expect(products(sku)).toEqual([{ modelNumber: 'new' }]);
          expect(insertions(sku)).toBe(1);
        }
      },
    ),
    { numRuns: KILLED_RUNS, endOnFailure: true },
  );
  expect(kills).toBeGreaterThan(0);
}, 3_600_000);
