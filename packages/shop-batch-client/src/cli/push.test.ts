import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Fault, FaultyShop } from '../faulty-shop.ts';
import { runFromSource } from './run-from-source.ts';

// The command as a process of its own.
const program = [...runFromSource, join(import.meta.dirname, '../cli.ts')];

let dir: string;
let shop: FaultyShop;
let children: ChildProcess[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'shop-batch-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await shop?.server.close();
  rmSync(dir, { recursive: true });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const path = (name: string) => join(dir, name);
const read = (name: string) => readFileSync(path(name), 'utf8');
const open = async (faults: Fault[] = []) => {
  shop = await new FaultyShop(faults).start();
};

function start(file: string, ...args: string[]) {
  const env = {
    PATH: process.env.PATH,
    SHOP_API_URL: shop?.server.url,
    SHOP_API_USER: 'shop',
    SHOP_API_PASSWORD: 'very secret',
  };
  const child = spawn(
    process.execPath,
    [...program, 'push', path(file), '--requests-per-second', '0', '--backoff', '5', ...args],
    {
      env,
    },
  );
  children.push(child);
  const output = { out: '', err: '' };
  child.stdout.on('data', (data) => (output.out += String(data)));
  child.stderr.on('data', (data) => (output.err += String(data)));
  const end = once(child, 'close').then(([code]) => {
    expect(output.out + output.err).not.toContain('very secret');
    return { code: code as number | null, ...output };
  });
  return { child, end };
}
const push = (file: string, ...args: string[]) => start(file, ...args).end;

const csv = (...lines: string[]) => lines.map((line) => `${line}\n`).join('');
const products = (count: number) => csv('sku,name', ...Array.from({ length: count }, (_, i) => `SKU-${i},Table ${i}`));
const asProducts = ['--resource', 'products', '--outer-id', 'sku'];

describe('push', () => {
  it('sends CSV rows with their values as they are, mapped', async () => {
    await open();
    writeFileSync(
      path('in.csv'),
      `\uFEFF${csv('sku;name;price;note', '007;"Table; ""large""";1.50;x', 'B/1;Tisch;;y')}`,
    );
    const result = await push('in.csv', ...asProducts, '--map', 'name=descriptions.0.name', '--map', 'note=');
    expect(result).toMatchObject({ code: 0 });
    expect(Object.fromEntries(shop.items)).toEqual({
      'products/007': { sku: '007', descriptions: [{ name: 'Table; "large"' }], price: '1.50' },
      'products/B%2F1': { sku: 'B/1', descriptions: [{ name: 'Tisch' }], price: '' },
    });
    expect(existsSync(path('in.failed.csv'))).toBe(false);
  });

  it('sends NDJSON and JSON rows, and whole requests', async () => {
    await open();
    writeFileSync(path('in.ndjson'), '{"sku":"a","stock":7,"deep":{"x":[1]}}\n\n{"sku":"b","a.b":null}\n');
    expect(await push('in.ndjson', ...asProducts)).toMatchObject({ code: 0 });
    const requests = [
      { method: 'POST', uri: 'products/c', data: { n: 1 } },
      { method: 'DELETE', uri: 'products/a' },
    ];
    writeFileSync(path('in.json'), JSON.stringify({ data: { requests } }));
    expect(await push('in.json')).toMatchObject({ code: 0 });
    expect(Object.fromEntries(shop.items)).toEqual({ 'products/b': { sku: 'b', 'a.b': null }, 'products/c': { n: 1 } });
  });

  it('writes what failed to a file that is input again, reason beside each row', async () => {
    await open();
    writeFileSync(path('in.csv'), csv('sku,name', 'a,one', ',two', 'c', 'd,"fo,ur"'));
    const first = await push('in.csv', ...asProducts);
    expect(first).toMatchObject({ code: 1 });
    expect(first.out).toContain('First failure: Line 3: its field "sku" holds no usable id\n');
    expect(read('in.failed.csv')).toBe(
      csv(
        'sku,name,#outcome,#status,#code,#reason,#message',
        ',two,failed,,,REQUEST_INVALID,"Line 3: its field ""sku"" holds no usable id"',
        'c,failed,,,REQUEST_INVALID,"Line 4: it has 1 columns, the header 2"',
      ),
    );
    writeFileSync(path('again.csv'), read('in.failed.csv').replace(',two', 'b,two'));
    expect(await push('again.csv', ...asProducts)).toMatchObject({ code: 1 });
    expect(shop.items.get('products/b')).toEqual({ sku: 'b', name: 'two' });
    writeFileSync(path('in.ndjson'), '{"sku":"x"}\n{broken\n[]\n');
    expect(await push('in.ndjson', ...asProducts)).toMatchObject({ code: 1 });
    expect(read('in.failed.ndjson')).toBe('{broken\n[]\n');
  });

  it('does not send unknown rows of a failed-rows file again on its own', async () => {
    await open(['drop-after']);
    writeFileSync(path('in.ndjson'), '{"tag":"a"}\n{"tag":"b"}\n');
    expect(await push('in.ndjson', '--resource', 'products')).toMatchObject({ code: 4 });
    expect(JSON.parse(read('in.failed.ndjson').split('\n')[0] as string)).toMatchObject({
      tag: 'a',
      '#result': { outcome: 'unknown', reason: 'ANSWER_LOST' },
    });
    expect(await push('in.failed.ndjson', '--resource', 'products')).toMatchObject({ code: 4 });
    expect(Object.fromEntries(shop.writes)).toEqual({ 'products#a': 1, 'products#b': 1 });
  });

  it('shows with --dry-run what would be sent, without shop or credentials', async () => {
    writeFileSync(path('in.csv'), products(5));
    const { code, out } = await push('in.csv', ...asProducts, '--dry-run');
    expect(code).toBe(0);
    expect(out).toContain('"uri": "products/SKU-0"');
    expect(out).toMatch(/requests that would be sent\s+5/);
    expect(existsSync(path('in.csv.journal'))).toBe(false);
  });

  it('sends with --diff only rows and fields that differ', async () => {
    await open();
    shop.items.set('products/SKU-0', { sku: 'SKU-0', name: 'Table 0', more: '1' });
    shop.items.set('products/SKU-1', { sku: 'SKU-1', name: 'old' });
    writeFileSync(path('in.csv'), products(3));
    const plan = await push('in.csv', ...asProducts, '--diff', '--dry-run');
    expect(plan.out).toMatch(/create\s+1\n\s+update\s+1\n\s+delete\s+0\n\s+unchanged\s+1\n/);
    expect(plan.out).toContain('POST products/SKU-1: name');
    const before = shop.server.calls.length;
    expect(await push('in.csv', ...asProducts, '--diff')).toMatchObject({ code: 0 });
    const sent = shop.server.calls.slice(before).flatMap(({ requests }) => requests);
    expect(sent.filter(({ method }) => method !== 'GET').map(({ data }) => data)).toEqual([
      { name: 'Table 1' },
      { sku: 'SKU-2', name: 'Table 2' },
    ]);
    expect(existsSync(path('in.csv.journal.plan'))).toBe(false);
  });

  it('compares a second row for a resource with nothing that the first is about to change', async () => {
    await open();
    shop.items.set('products/a', { sku: 'a', name: 'one' });
    writeFileSync(path('in.csv'), csv('sku,name', 'a,two', 'a,one'));
    await push('in.csv', ...asProducts, '--diff');
    expect(shop.items.get('products/a')).toMatchObject({ name: 'one' });
  });
});

describe('guards', () => {
  it('sends nothing when more would be deleted than allowed', async () => {
    await open();
    writeFileSync(path('in.csv'), products(3));
    const result = await push('in.csv', ...asProducts, '--method', 'DELETE', '--max-deletes', '2');
    expect(result).toMatchObject({ code: 3 });
    expect(shop.server.calls).toHaveLength(0);
  });

  it('stops when too many fail, and resumes the rest', async () => {
    await open();
    writeFileSync(path('in.csv'), products(60));
    const put = [...asProducts, '--method', 'PUT', '--max-requests', '10'];
    const stopped = await push('in.csv', ...put, '--stop-after-failures', '5%');
    expect(stopped).toMatchObject({ code: 3 });
    expect(shop.server.calls.length).toBeLessThan(5);
    for (let i = 0; i < 60; i += 1) shop.items.set(`products/SKU-${i}`, {});
    expect(await push('in.csv', ...put, '--resume')).toMatchObject({ code: 1 });
    const sent = shop.server.calls.flatMap(({ requests }) => requests.map(({ uri }) => uri));
    expect(new Set(sent).size).toBe(60);
    expect(sent).toHaveLength(60);
  });
});

describe('resume', () => {
  it.each([
    ['with outer ids: nothing lost, nothing twice, nothing unknown', asProducts, 0],
    ['without: nothing lost, nothing twice, what was under way unknown', ['--resource', 'products'], 4],
  ])('after kill -9, %s', async (_, how, code) => {
    const rows = Array.from({ length: 60 }, (_row, i) => JSON.stringify({ sku: `S${i}`, tag: `t${i}` }));
    writeFileSync(path('in.ndjson'), `${rows.join('\n')}\n`);
    // Carries the batch out, and never answers: the process is killed with it under way.
    await open(['none', 'none', 'hang-after']);
    const { child, end } = start('in.ndjson', ...how, '--max-requests', '10');
    while (shop.server.calls.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGKILL');
    await end;
    expect(await push('in.ndjson', ...how)).toMatchObject({ code: 2 });
    expect(await push('in.ndjson', ...how, '--max-requests', '10', '--resume')).toMatchObject({ code });
    expect(shop.writes.size).toBe(60);
    expect([...shop.writes.values()].every((count) => count === 1)).toBe(true);
    const unknown = code === 4 ? read('in.failed.ndjson').trim().split('\n') : [];
    expect(unknown.map((line) => JSON.parse(line).sku)).toEqual(
      code === 4 ? rows.slice(20, 30).map((row) => JSON.parse(row).sku) : [],
    );
  });

  it('comes to its end, killed again and again, through every kind of trouble', async () => {
    const trouble: Fault[] = [
      '504-after',
      'slow',
      'drop-after',
      'none',
      '429',
      'invalid-json-after',
      'slow',
      'part-missing',
      'slow',
    ];
    await open(Array.from({ length: 200 }, (_, i) => trouble[i % trouble.length] as Fault));
    writeFileSync(path('in.csv'), products(400));
    const args = [...asProducts, '--max-requests', '10'];
    let code: number | null = null;
    let kills = 0;
    for (let run = 0; code !== 0 && run < 40; run += 1) {
      const before = shop.server.calls.length;
      const { child, end } = start('in.csv', ...args, ...(existsSync(path('in.csv.journal')) ? ['--resume'] : []));
      // The last runs are left alone, so that the test ends whatever the machine is busy with.
      const enough = before + 4 + (run % 5);
      while (run < 8 && child.exitCode === null && shop.server.calls.length < enough) await pause(2);
      if (run < 8 && child.kill('SIGKILL')) kills += 1;
      ({ code } = await end);
    }
    expect(code).toBe(0);
    expect(kills).toBeGreaterThan(3);
    expect(shop.writes.size).toBe(400);
    expect([...shop.writes.values()].every((count) => count === 1)).toBe(true);
  }, 120_000);

  it('stops gently at the first Ctrl-C', async () => {
    await open(Array<Fault>(50).fill('slow'));
    writeFileSync(path('in.csv'), products(300));
    const { child, end } = start('in.csv', ...asProducts, '--max-requests', '10');
    while (shop.server.calls.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGINT');
    expect(await end).toMatchObject({ code: 130 });
    const sent = shop.writes.size;
    expect(sent).toBeLessThan(200);
    expect(await push('in.csv', ...asProducts, '--resume')).toMatchObject({ code: 0 });
    const uris = shop.server.calls.flatMap(({ requests }) => requests.map(({ uri }) => uri));
    expect([uris.length, new Set(uris).size]).toEqual([300, 300]);
  });

  it('keeps a second run away, but not for the sake of one that was killed', async () => {
    await open(['hang-after']);
    writeFileSync(path('in.csv'), products(3));
    const { child, end } = start('in.csv', ...asProducts);
    while (shop.server.calls.length < 1) await pause(5);
    const second = await push('in.csv', ...asProducts, '--resume');
    expect(second).toMatchObject({ code: 2 });
    expect(second.err).toContain('Another run');
    child.kill('SIGKILL');
    await end;
    expect(await push('in.csv', ...asProducts, '--resume')).toMatchObject({ code: 0 });
    expect(existsSync(path('in.csv.journal.lock'))).toBe(false);
  });

  it('refuses a journal of another file, shop or mapping, and none at all', async () => {
    await open(Array<Fault>(9).fill('turn-away'));
    writeFileSync(path('in.csv'), products(3));
    expect(await push('in.csv', ...asProducts, '--resume')).toMatchObject({ code: 2 });
    expect(await push('in.csv', ...asProducts)).toMatchObject({ code: 3 });
    expect(await push('in.csv', ...asProducts, '--resume', '--map', 'name=title')).toMatchObject({ code: 2 });
    expect(await push('in.csv', ...asProducts, '--resume', '--url', 'http://127.0.0.1:9/')).toMatchObject({ code: 2 });
    writeFileSync(path('in.csv'), products(4));
    expect(await push('in.csv', ...asProducts, '--resume')).toMatchObject({ code: 2 });
    expect(shop.server.calls).toHaveLength(1);
  });
});

describe('what cannot be used', () => {
  it.each([
    ['no such file', 'none.csv', asProducts],
    ['an unknown format', 'in.txt', asProducts],
    ['a map that reaches a prototype', 'in.csv', [...asProducts, '--map', 'name=__proto__.x']],
    ['CSV without resource', 'in.csv', []],
    ['PUT without id', 'in.csv', ['--resource', 'products', '--method', 'PUT']],
    ['plain http', 'in.csv', [...asProducts, '--url', 'http://shop.example/']],
    ['damaged CSV', 'bad.csv', asProducts],
    ['a column twice', 'twice.csv', asProducts],
    ['a guard that is no number', 'in.csv', [...asProducts, '--stop-after-failures', 'some']],
    ['an unknown option', 'in.csv', ['--frobnicate']],
    ['one file for journal and failed rows', 'in.csv', [...asProducts, '--failed', 'x', '--journal', './x']],
  ])('%s: one sentence, exit code 2, nothing sent', async (_, file, args) => {
    await open();
    writeFileSync(path('in.csv'), products(1));
    writeFileSync(path('in.txt'), '');
    writeFileSync(path('bad.csv'), 'sku,name\n"a,b\n');
    writeFileSync(path('twice.csv'), 'sku,sku\n1,2\n');
    const { code, err } = await push(file, ...args);
    expect(code).toBe(2);
    expect(err.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(shop.server.calls).toHaveLength(0);
  });
});
