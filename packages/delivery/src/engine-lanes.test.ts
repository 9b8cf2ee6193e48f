import { afterEach, describe, expect, it } from 'vitest';
import { type Engine, type EngineOptions, MemoryStore, openEngine } from './index.ts';

const POLICY = { maxLines: 5, maxBytes: 1_000, maxAgeMs: 20 };
const DELIVERED = { kind: 'delivered' } as const;
const line = (content: string, destination = 'd') => ({ destination, key: 'k', content });
const ms = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

const engines: Engine[] = [];
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close({ patienceMs: 0 }))));

async function open(send: EngineOptions['send'], options: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = await openEngine({ store: new MemoryStore(), log: 'lines', policy: POLICY, send, ...options });
  engines.push(engine);
  return engine;
}

/** A sender that takes a while, and what it was given. */
function slow(time: number) {
  const seen = { sent: [] as string[], now: 0, most: 0 };
  const send: EngineOptions['send'] = async ({ lines }) => {
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    seen.sent.push(lines.map(({ content }) => content).join(','));
    await ms(time);
    seen.now -= 1;
    return DELIVERED;
  };
  return { seen, send };
}

describe('lanes that are taken and let go', () => {
  it('takes a lane once, however often that is asked at the same time', async () => {
    const { seen, send } = slow(10);
    const engine = await open(send);
    await engine.append([line('1'), line('2')]);
    await engine.release(0);
    await Promise.all([engine.own(0), engine.own(0)]);
    await engine.idle('d');
    expect(seen.sent).toEqual(['1,2']);
    expect(engine.ledger('d')).toMatchObject({ accepted: 2, delivered: 2, waiting: 0 });
  });

  it('takes a lane again once what was in flight has landed', async () => {
    const { seen, send } = slow(60);
    const engine = await open(send);
    await engine.append([line('1')]);
    while (seen.now === 0) await ms(2);
    await Promise.all([engine.release(0), engine.own(0)]);
    await engine.idle('d');
    expect([seen.sent, seen.most]).toEqual([['1'], 1]);
    expect(engine.ledger('d')).toMatchObject({ accepted: 1, delivered: 1, waiting: 0 });
  });

  it('takes no lane after it was closed', async () => {
    const { seen, send } = slow(0);
    const engine = await open(send);
    await engine.append([line('1')]);
    await engine.release(0);
    const owned = engine.own(0).catch((error) => error.code);
    await engine.close();
    expect(await owned).toBe('CLOSED');
    await ms(40);
    expect(seen.sent).toEqual([]);
  });

  it('says of a destination elsewhere that it is not owned, rather than idle', async () => {
    const engine = await open(async () => DELIVERED);
    await engine.release(0);
    await expect(engine.idle('d')).rejects.toMatchObject({ code: 'NOT_OWNER' });
  });

  it('can be opened again on the store object after a write failed', async () => {
    const store = new MemoryStore();
    const write = store.write.bind(store);
    const engine = await open(async () => DELIVERED, { store });
    store.write = () => Promise.reject(new Error('The disk is gone.'));
    await expect(engine.append([line('1')])).rejects.toMatchObject({ code: 'STORE_FAILED' });
    store.write = write;
    await engine.close();
    const again = await open(async () => DELIVERED, { store });
    await again.append([line('2')]);
    await again.idle('d');
    expect(again.ledger('d')).toMatchObject({ accepted: 1, delivered: 1 });
  });

  it('keeps what the next stage cannot take because it has let the lane go', async () => {
    const store = new MemoryStore();
    const sent: string[] = [];
    const down = await open(
      async ({ lines }) => {
        sent.push(...lines.map(({ content }) => content));
        return DELIVERED;
      },
      { store, log: 'down' },
    );
    const { seen, send } = slow(20);
    const retry = { baseMs: 5, maxMs: 5 };
    const up = await open(
      async (...given) => ({ ...(await send(...given)), kind: 'delivered', forward: [line('f')] }),
      { store, log: 'up', policy: 'unit', downstream: down, retry } as Partial<EngineOptions>,
    );
    await up.append([line('1')]);
    while (seen.now === 0) await ms(2);
    await down.release(0);
    await ms(60);
    expect(up.ledger('d')).toMatchObject({ delivered: 0, dead: 0 });
    await down.own(0);
    await up.idle('d');
    await down.idle('d');
    expect([up.ledger('d').delivered, sent]).toEqual([1, ['f']]);
  });
});
