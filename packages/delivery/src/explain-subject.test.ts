import { describe, expect, it } from 'vitest';
import { append, line, world } from './testing/engine-world.ts';
import { settle } from './testing/fake-clock.ts';

describe('a subject', () => {
  it('is found in what is open and what is held, in order, and no other with it', async () => {
    const { engine, clock } = await world([() => new Promise(() => {})]);
    await append(engine, [line('up', 'UPSERT', 'ann'), line('other', 'x', 'bob')]);
    await append(engine, [line('down', 'DELETE', 'ann')]);
    expect(engine.oldestOpenedAt).toBe(clock.now());
    expect(await engine.explain({ destination: 'd', subject: 'ann' })).toMatchObject([
      { state: 'open', key: 'UPSERT', lines: 1 },
      { state: 'held', key: 'DELETE', heldFor: [{ key: 'UPSERT', lines: 1 }], express: false },
    ]);
    expect(await engine.explain({ destination: 'd', subject: 'bob' })).toMatchObject([{ state: 'open', key: 'x' }]);
    expect(await engine.explain({ destination: 'd', subject: 'eve' })).toEqual([]);
    expect(await engine.explain({ destination: 'nobody', subject: 'ann' })).toEqual([]);
    void engine.drain();
    await settle();
    expect(engine.oldestOpenedAt).toBeUndefined();
  });

  it('open groups say what each holds, and the oldest of a destination when it was opened', async () => {
    const { engine, clock } = await world([() => new Promise(() => {})]);
    await append(engine, [line('1', 'a'), line('2', 'b'), line('3', 'a')]);
    const openedAt = clock.now();
    expect(engine.openGroups('d')).toMatchObject([
      { destination: 'd', key: 'a', lines: 2, openedAt },
      { destination: 'd', key: 'b', lines: 1, openedAt },
    ]);
    expect([engine.oldestOpenedAtOf('d'), engine.oldestOpenedAtOf('nobody')]).toEqual([openedAt, undefined]);
    expect(engine.openGroups('nobody')).toEqual([]);
  });

  it('is named by a dead letter that is read alone', async () => {
    const { engine } = await world([{ kind: 'rejected', reason: 'No.' }]);
    await append(engine, [line('1', 'k', 'ann'), line('2', 'k', 'ann'), line('3'), line('4', 'k', 'bob')]);
    const [listed] = await engine.deadLetters();
    const letter = await engine.deadLetter(listed?.ref ?? '');
    expect(letter).toEqual({ ...listed, subjects: ['ann', 'bob'] });
    const subjects = (await engine.deadContents(listed?.ref ?? '')).map(({ subject }) => subject);
    expect(subjects).toEqual(['ann', 'ann', undefined, 'bob']);
    await expect(engine.deadLetter('d-99')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
