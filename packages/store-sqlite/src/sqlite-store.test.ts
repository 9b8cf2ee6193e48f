import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, type Outcome, type OutgoingBatch, openEngine } from '@batchfeed/delivery';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-sqlite-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const policy = { maxLines: 10, maxBytes: 100_000, maxAgeMs: 60_000, separatorBytes: 1 };

async function open(sent: OutgoingBatch[], answer: (batch: OutgoingBatch) => Outcome = () => ({ kind: 'delivered' })) {
  const store = await openSqliteStore({ file: join(folder, 'lines.db') });
  const engine = await openEngine({
    store,
    log: 'lines',
    policy,
    retry: { baseMs: 1, maxAttempts: 3 },
    send: async (batch) => {
      sent.push(batch);
      return answer(batch);
    },
  });
  return { store, engine };
}

const lines = (count: number, key: (index: number) => string = () => 'k') =>
  Array.from({ length: count }, (_, index) => ({
    destination: 'd',
    key: key(index),
    content: JSON.stringify({ index }),
  }));

const balance = (engine: Engine) => {
  const { accepted, open, sealed, inFlight, delivered, dead } = engine.ledger('d');
  expect(accepted).toBe(open + sealed + inFlight + delivered + dead);
};

describe('engine over SQLite', () => {
  it('seals by lines and keeps the rest open across a restart', async () => {
    const sent: OutgoingBatch[] = [];
    const first = await open(sent);
    await first.engine.append(lines(25));
    await first.engine.append([]);
    while (sent.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    balance(first.engine);
    await first.engine.close();
    await first.store.close();

    const second = await open(sent);
    expect(second.engine.ledger('d')).toMatchObject({ accepted: 25, delivered: 20 });
    second.engine.drain('d');
    await second.engine.idle('d');
    expect(sent.flatMap(({ lines }) => lines.map(({ content }) => content))).toEqual(
      lines(25).map(({ content }) => content),
    );
    expect(sent.map(({ reason }) => reason)).toEqual(['lines', 'lines', 'drain']);
    await second.engine.close();
    await second.store.close();
  });

  it('buries a refused batch with its lines and replays it under the same id', async () => {
    const sent: OutgoingBatch[] = [];
    let refuse = true;
    const { engine, store } = await open(sent, () =>
      refuse ? { kind: 'rejected', reason: 'No.', status: 400 } : { kind: 'delivered' },
    );
    await engine.append(lines(10));
    await engine.idle('d');
    expect(engine.ledger('d')).toMatchObject({ dead: 10, delivered: 0 });
    const [letter] = await engine.deadLetters();
    expect(letter).toMatchObject({ reason: 'No.', status: 400, size: 10, key: 'k' });
    refuse = false;
    await engine.replay(letter!.ref);
    await engine.idle('d');
    expect(engine.ledger('d')).toMatchObject({ dead: 0, delivered: 10 });
    expect(sent[1]?.id).toBe(sent[0]?.id);
    expect(sent[1]?.replay).toBe(true);
    await engine.close();
    await store.close();
  });

  it('keeps names that UTF-8 cannot carry apart, and what is known of them across a restart', async () => {
    const names = { destination: '\ud800', key: 'k\ud801', content: '{}' };
    const sent: OutgoingBatch[] = [];
    const first = await open(sent, () => ({ kind: 'delivered', delayMs: 60_000, delayScope: 'key' }));
    await first.engine.append([names]);
    await first.engine.drain();
    await first.engine.idle();
    await first.engine.close();
    await first.store.close();

    const second = await open(sent);
    expect(second.engine.ledger('\ud800')).toMatchObject({ accepted: 1, delivered: 1 });
    await second.engine.append([names]);
    await second.engine.drain();
    expect(await second.engine.explain({ destination: '\ud800', key: 'k\ud801' })).toMatchObject([
      { waitsFor: expect.arrayContaining([expect.objectContaining({ for: 'requested_delay', scope: 'key' })]) },
    ]);
    expect(sent).toHaveLength(1);
    await second.engine.close();
    await second.store.close();
  });

  it('makes files that only their owner can read: lines are personal data', async () => {
    const { engine, store } = await open([]);
    await engine.append(lines(1));
    const names = await readdir(folder);
    expect(names).toContain('lines.db-wal');
    for (const name of names) expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600);
    await engine.close();
    await store.close();
  });

  it('refuses a second owner of the file', async () => {
    const { engine, store } = await open([]);
    await expect(openSqliteStore({ file: join(folder, 'lines.db') })).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await engine.close();
    await store.close();
  });
});
