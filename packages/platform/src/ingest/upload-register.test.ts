import { expect, it } from 'vitest';
import { UPLOAD_SLICES } from './upload-notes.ts';
import { UploadRegister } from './upload-register.ts';

const DAY_MS = 24 * 3_600_000;

/** Notes of one feed in memory. */
function memory() {
  const kept = new Map<string, string>();
  return {
    kept,
    async note(_feedId: string, notes: ReadonlyMap<string, string | null>) {
      for (const [name, value] of notes) {
        if (value === null) kept.delete(name);
        else kept.set(name, value);
      }
    },
    notes: async (_feedId: string, prefix: string) => new Map([...kept].filter(([name]) => name.startsWith(prefix))),
  };
}

it('forgets keys a week after they were last touched, a sixteenth of them at a time', async () => {
  let now = 0;
  const pipeline = memory();
  const register = new UploadRegister({ pipeline, now: () => now });
  const upload = (key: string) =>
    register.run({ feedId: '1', key, mode: 'diff' }, async (guard) => {
      guard.read([{ number: 1, bytes: Buffer.from(key) }]);
      return { accepted: 1, rejected: 0, rejections: [] };
    });
  for (let key = 0; key < 100; key += 1) await upload(`old ${key}`);
  now = 6 * DAY_MS;
  await upload('young');
  expect(pipeline.kept.size).toBe(101);
  now = 8 * DAY_MS;
  await register.forgetOld(['1']);
  expect(pipeline.kept.size).toBeGreaterThan(80);
  for (let slice = 1; slice < UPLOAD_SLICES; slice += 1) await register.forgetOld(['1']);
  expect(pipeline.kept.size).toBe(1);
  // What is forgotten may be another upload's key.
  await upload('old 1');
  expect(pipeline.kept.size).toBe(2);
});

it('compares a repeat of a whole segment with as much as it was told of before, and never notes less', async () => {
  const pipeline = memory();
  const register = new UploadRegister({ pipeline, now: () => 0 });
  const parts = (...texts: string[]) => texts.map((text, index) => [{ number: index + 1, bytes: Buffer.from(text) }]);
  /** Takes some parts in, then breaks off. */
  const cut = (...texts: string[]) =>
    register.run({ feedId: '1', key: 'k', mode: 'full' }, async (guard) => {
      for (const part of parts(...texts)) {
        const { notes, isKnown } = guard.read(part);
        expect(isKnown ?? false).toBe(false);
        if (notes !== undefined) await pipeline.note('1', notes);
      }
      throw new Error('cut');
    });
  await expect(cut('a', 'b', 'c')).rejects.toThrow('cut');
  await expect(cut('a')).rejects.toThrow('cut');
  await expect(cut('a', 'b', 'x')).rejects.toMatchObject({ code: 'KEY_REUSED' });
  await expect(cut('a', 'b', 'c', 'd')).rejects.toThrow('cut');
  await expect(register.run({ feedId: '1', key: 'k', mode: 'diff' }, async () => never())).rejects.toMatchObject({
    code: 'KEY_REUSED',
  });
});

function never(): never {
  throw new Error('It must not come to that.');
}
