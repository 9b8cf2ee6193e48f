import { afterEach, describe, expect, it } from 'vitest';
import { type DeliveryEvent, type Engine, type EngineOptions, MemoryStore, openEngine } from './index.ts';

const line = (content: string, destination = 'd') => ({ destination, key: 'k', content });
const engines: Engine[] = [];
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close({ patienceMs: 0 }))));

async function opened({ store = new MemoryStore(), ...options }: Partial<EngineOptions> = {}) {
  const sent: string[] = [];
  const events: DeliveryEvent[] = [];
  const engine = await openEngine({
    store,
    log: 'lines',
    policy: { maxLines: 5, maxBytes: 100, maxAgeMs: 20 },
    send: async ({ destination, lines }) => {
      sent.push(...lines.map(({ content }) => `${destination}:${content}`));
      return { kind: 'delivered' };
    },
    onEvent: (event) => events.push(event),
    ...options,
  });
  engines.push(engine);
  return { engine, sent, events };
}

/** A store whose writes are small. */
function smallStore(): MemoryStore {
  const store = new MemoryStore();
  const write = store.write.bind(store);
  const max = 1024 * 1024;
  Object.defineProperty(store, 'maxWriteBytes', { value: max });
  store.write = (lane, given) => {
    const values = [...given.put.values()].map((value) => Buffer.byteLength(value ?? ''));
    const bytes = values.reduce((sum, value) => sum + value, 0);
    return bytes > max ? Promise.reject(new Error(`A write of ${bytes} bytes.`)) : write(lane, given);
  };
  return store;
}

describe('the way in', () => {
  it('keeps the destination of a line that follows a refused one of another', async () => {
    const { engine, sent } = await opened();
    const { accepted, refused } = await engine.append([line('1'), line('x'.repeat(200), 'e'), line('2')]);
    expect([accepted, refused.map(({ index }) => index)]).toEqual([2, [1]]);
    await engine.idle();
    expect(sent).toEqual(['d:1', 'd:2']);
  });

  it('splits writes by what is noted, too', async () => {
    const { engine, events } = await opened({ store: smallStore() });
    const notes = () => new Map([['n', 'x'.repeat(400_000)]]);
    await Promise.all([1, 2, 3, 4, 5].map((n) => engine.append([line('1', `d${n}`)], { notes: notes() })));
    await Promise.all([1, 2, 3].map((n) => engine.note(`d${n}`, notes())));
    expect(events.filter(({ type }) => type === 'failed')).toEqual([]);
  });

  it.each([
    ['beside lines', (engine: Engine, notes: Map<string, string>) => engine.append([line('1')], { notes })],
    [
      'beside refused lines',
      (engine: Engine, notes: Map<string, string>) => engine.append([line('x'.repeat(200))], { notes }),
    ],
    ['alone', (engine: Engine, notes: Map<string, string>) => engine.note('d', notes)],
  ])('refuses notes that are too large for a write, %s, and goes on', async (_how, note) => {
    const { engine, sent } = await opened({ store: smallStore() });
    const large = new Map([['n', 'ü€'.repeat(200_000)]]);
    await expect((async () => note(engine, large))()).rejects.toMatchObject({ code: 'INVALID' });
    await engine.append([line('2')]);
    await engine.idle();
    expect(sent).toEqual(['d:2']);
  });

  it('notes nothing under a destination that is none', async () => {
    const { engine } = await opened();
    const appended = engine.append([{ ...line('1'), destination: 5 as never }], { notes: new Map([['n', '1']]) });
    await expect(appended).rejects.toMatchObject({ code: 'INVALID' });
    expect(engine.destinations()).toEqual([]);
  });
});

describe('the way out of the books', () => {
  it('discards what is appended after that was asked', async () => {
    const { engine, sent } = await opened();
    await engine.discard('d');
    await engine.append([line('1')]);
    await engine.idle('d');
    expect([sent, engine.ledger('d').discarded]).toEqual([[], 1]);
  });

  it.each([0, 1, 2, 3, 5, 8])('forgets a destination or keeps what comes meanwhile (%i turns later)', async (turns) => {
    const { engine, sent, events } = await opened();
    await engine.append([line('1')], { notes: new Map([['n', '1']]) });
    await engine.idle('d');
    const forgotten = engine.forget('d').then(
      () => true,
      (error) => error.code,
    );
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    await engine.append([line('2')]);
    expect([true, 'INVALID']).toContain(await forgotten);
    await engine.idle('d');
    expect(events.filter(({ type }) => type === 'failed')).toEqual([]);
    expect([sent, engine.ledger().accepted, engine.ledger().delivered]).toEqual([['d:1', 'd:2'], 2, 2]);
  });
});
