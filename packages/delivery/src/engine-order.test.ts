import { describe, expect, it } from 'vitest';
import { MemoryStore, type Outcome, type OutgoingBatch, openEngine } from './index.ts';
import { append, line, numbered, POLICY, world } from './testing/engine-world.ts';
import { FakeClock, ProcessStore, RecordingPartner, settle } from './testing.ts';

describe('order across keys', () => {
  it('holds a later line of a subject back while the earlier one is open under another key, through retries', async () => {
    const busy: Outcome = { kind: 'retry', reason: 'Busy.' };
    const { engine, sent, clock } = await world([busy, busy]);
    await append(engine, [line('up', 'UPSERT', 'ann'), line('down', 'DELETE', 'ann'), line('other', 'DELETE', 'bob')]);
    expect(engine.ledger()).toMatchObject({ open: 3, held: 1 });
    await engine.drain();
    await clock.advance(200);
    // The line that was held joins the group that is open anyway, which waits with it.
    const batches = sent.map(({ key, reason, lines }) => [key, reason, lines.map(({ content }) => content).join()]);
    expect(batches).toEqual([
      ['UPSERT', 'drain', 'up'],
      ['UPSERT', 'drain', 'up'],
      ['UPSERT', 'drain', 'up'],
      ['DELETE', 'drain', 'other,down'],
    ]);
  });

  it('lets the lines of one cause go in any order, so that two keys an update fill whole batches', async () => {
    const { engine, sent } = await world();
    for (let user = 0; user < 8; user += 1) {
      const lines = ['EMAIL', 'COOKIE'].map((key) => ({ ...line(`${key}${user}`, key, `user ${user}`), cause: user }));
      await append(engine, lines);
    }
    expect(sent.map(({ key, reason, lines }) => `${key} ${reason} ${lines.length}`).sort()).toEqual([
      'COOKIE lines 4',
      'COOKIE lines 4',
      'EMAIL lines 4',
      'EMAIL lines 4',
    ]);
  });

  it('holds nothing back under GROUPING_KEY', async () => {
    const { engine, sent } = await world([], { ordering: 'GROUPING_KEY' });
    await append(engine, [line('up', 'UPSERT', 'ann'), ...numbered(3, 'DELETE'), line('down', 'DELETE', 'ann')]);
    expect(engine.ledger()).toMatchObject({ held: 0 });
    expect(sent.map(({ key }) => key)).toEqual(['DELETE']);
  });

  it('reads two causes as two when what was between them is over', async () => {
    const store = new MemoryStore();
    const policy = (_destination: string, key: string) => ({ ...POLICY, maxLines: key === 'full' ? 2 : 50 });
    const first = await world([], { store, policy, ordering: 'GROUPING_KEY' });
    const of = (cause: number, key: string) => ({ ...line(`${cause}`, key, 'ann'), cause });
    await append(first.engine, [of(1, 'open'), of(1, 'other')]);
    await append(first.engine, [of(2, 'full'), of(2, 'full'), of(2, 'other')]);
    await first.engine.close();
    const { engine } = await world([], { store, policy, ordering: 'USER' });
    // The lines left are numbers 0 and 1 of the first cause, and number 2 of the second.
    expect(engine.ledger()).toMatchObject({ open: 3, held: 1, delivered: 2 });
  });

  it('lets what is held go when the ordering changes', async () => {
    let ordering: 'USER' | 'GROUPING_KEY' = 'USER';
    const { engine } = await world([], { ordering: () => ordering });
    await append(engine, [line('up', 'UPSERT', 'ann'), line('down', 'DELETE', 'ann')]);
    expect(engine.ledger()).toMatchObject({ open: 2, held: 1 });
    ordering = 'GROUPING_KEY';
    engine.reconfigure('d');
    expect(engine.ledger()).toMatchObject({ open: 2, held: 0 });
  });

  it('is not held up by a dead letter', async () => {
    const { engine, sent } = await world([{ kind: 'rejected', reason: 'No.' }]);
    await append(engine, [line('up', 'UPSERT', 'ann'), line('down', 'DELETE', 'ann')]);
    await engine.drain();
    await settle();
    expect(sent.map(({ key }) => key)).toEqual(['UPSERT', 'DELETE']);
  });

  it('survives a restart', async () => {
    const { engine, sent, clock, open } = await world([{ kind: 'retry', reason: 'Busy.' }]);
    await append(engine, [line('up', 'UPSERT', 'ann'), line('down', 'DELETE', 'ann')]);
    await engine.drain();
    await settle();
    await engine.close();
    await open();
    await clock.advance(50);
    expect(sent.map(({ key }) => key)).toEqual(['UPSERT', 'UPSERT', 'DELETE']);
  });
});

describe('poison isolation', () => {
  /** Refuses whatever holds a bad line. */
  const strict =
    (bad: readonly string[]) =>
    (batch: OutgoingBatch): Outcome =>
      batch.lines.some(({ content }) => bad.includes(content))
        ? { kind: 'rejected', reason: 'Bad line.', status: 400 }
        : { kind: 'delivered' };

  it.each([
    [8, ['5']],
    [7, ['0']],
    [33, ['32']],
    [64, ['0', '63']],
    [10, ['2', '3', '7']],
  ])('of %i lines finds the bad ones %j within the promised posts, in order', async (count, bad) => {
    const partner = new RecordingPartner(strict(bad));
    const { engine, clock } = await world([], {
      bisect: true,
      policy: { ...POLICY, maxLines: count },
      send: partner.send,
    });
    await append(engine, numbered(count));
    await clock.advance(1000);
    expect(partner.attempts).toBeLessThanOrEqual(1 + 2 * bad.length * Math.ceil(Math.log2(count)));
    expect(partner.faults).toEqual([]);
    const arrived = [...partner.firstByKey.values()].flat();
    expect(arrived).toEqual(
      numbered(count)
        .map(({ content }) => content)
        .filter((content) => !bad.includes(content)),
    );
    const letters = await engine.deadLetters();
    expect(await Promise.all(letters.map(({ ref }) => engine.deadLines(ref)))).toEqual(bad.map((content) => [content]));
    expect(engine.ledger()).toMatchObject({ delivered: count - bad.length, dead: bad.length, sealed: 0, inFlight: 0 });
  });

  it('goes on where it was after a kill, with the same ids for the same lines', async () => {
    const clock = new FakeClock();
    const store = new MemoryStore({ id: 'store' });
    const partner = new RecordingPartner(strict(['3', '9']));
    for (let kill = 0; kill < 12; kill += 1) {
      const process = new ProcessStore(store);
      const engine = await openEngine({
        store: process,
        log: 'lines',
        policy: { ...POLICY, maxLines: 16 },
        bisect: true,
        clock,
        send: (batch, context) => (process.killed ? new Promise<never>(() => {}) : partner.send(batch, context)),
      });
      if (kill === 0) await engine.append(numbered(16));
      await settle(kill + 1);
      process.kill();
      partner.senderGone();
    }
    const engine = await openEngine({
      store: new ProcessStore(store),
      log: 'lines',
      policy: POLICY,
      bisect: true,
      clock,
      send: partner.send,
    });
    await clock.advance(1000);
    expect(partner.faults).toEqual([]);
    expect(engine.ledger()).toMatchObject({ accepted: 16, delivered: 14, dead: 2 });
    expect(partner.deliveries.size).toBe(14);
  });

  it('holds later batches of the subjects back until every part is over', async () => {
    const partner = new RecordingPartner(strict(['1']));
    const { engine, clock } = await world([], { bisect: true, send: partner.send });
    await append(engine, [
      line('0', 'UPSERT', 'ann'),
      line('1', 'UPSERT', 'bob'),
      line('2', 'UPSERT', 'cy'),
      line('3', 'UPSERT', 'di'),
    ]);
    await append(engine, [line('4', 'DELETE', 'ann'), line('5', 'DELETE', 'di')]);
    await engine.drain();
    await clock.advance(1000);
    expect(partner.firstBySubject.get('["d","di"]')).toEqual(['3', '5']);
    expect(partner.firstBySubject.get('["d","ann"]')).toEqual(['0', '4']);
    expect(engine.ledger()).toMatchObject({ delivered: 5, dead: 1 });
  });

  it('never splits on a retry, and not at all unless asked to', async () => {
    const { engine, sent, clock } = await world([
      { kind: 'retry', reason: 'Busy.' },
      { kind: 'rejected', reason: 'No.' },
    ]);
    await append(engine, numbered(4));
    await clock.advance(100);
    expect(sent.map(({ lines }) => lines.length)).toEqual([4, 4]);
    expect(engine.ledger()).toMatchObject({ dead: 4 });
  });
});
