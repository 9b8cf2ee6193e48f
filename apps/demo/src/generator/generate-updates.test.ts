import { createHash } from 'node:crypto';
import { updateLineSchema } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { generateUpdates } from './generate-updates.ts';
import { pointsIn } from './moves.ts';

const updates = [...generateUpdates({ updates: 5_000 })];
const emailsOf = (update: (typeof updates)[number]) =>
  update.user_identifiers.filter((identifier) => identifier.type === 'USER_EMAIL');
const pointOf = (update: (typeof updates)[number]) => {
  const [first] = update.user_identifiers;
  return first?.type === 'USER_POINT' ? first.user_point_id : undefined;
};

describe('generateUpdates', () => {
  it('gives the very same updates everywhere and always', () => {
    const hash = createHash('sha256');
    for (const update of updates) hash.update(`${JSON.stringify(update)}\n`);
    expect(hash.digest('hex')).toBe('099b1f22b3f3196a3db2c1273c31ae74fd20f82dcf09d86f50551b8e93464709');
  });

  it('gives other people for another seed', () => {
    const people = new Set(updates.flatMap(emailsOf).map(({ hash }) => hash));
    const others = [...generateUpdates({ updates: 500, seed: 2 })].flatMap(emailsOf);
    expect(others.length).toBeGreaterThan(400);
    expect(others.filter(({ hash }) => people.has(hash))).toEqual([]);
  });

  it.each([0, 1, 2, 777, 4_999, 5_000])('gives the tail from update %i on', (from) => {
    expect([...generateUpdates({ updates: 5_000, from })]).toEqual(updates.slice(from));
  });

  it.each([1, 2, 5, 10, 100])('gives just %i updates of four fifths as many points', (count) => {
    const some = [...generateUpdates({ updates: count })];
    expect(some).toHaveLength(count);
    expect(new Set(some.map(pointOf)).size).toBe(pointsIn(count));
  });

  it('gives lines the platform accepts', () => {
    for (const update of updates) expect(updateLineSchema.parse(update)).toEqual(update);
  });

  it('has the variety of a real segment', () => {
    const counts = (predicate: (update: (typeof updates)[number]) => boolean) => updates.filter(predicate).length;
    const seen = new Set<string>();
    let repeats = 0;
    for (const update of updates) {
      const text = JSON.stringify({ ...update, ts: 0 });
      if (seen.has(text)) repeats += 1;
      seen.add(text);
    }
    expect(counts(({ operation }) => operation === 'DELETE')).toBeGreaterThan(400);
    expect(counts((update) => emailsOf(update).length === 0)).toBeGreaterThan(300);
    expect(counts((update) => emailsOf(update).length > 1)).toBeGreaterThan(500);
    expect(counts((update) => emailsOf(update).some(({ email }) => !email))).toBeGreaterThan(50);
    expect(counts(({ user_identifiers }) => user_identifiers.length > 3)).toBeGreaterThan(1_000);
    expect(counts(({ user_profiles }) => user_profiles?.length === 0)).toBeGreaterThan(200);
    expect(repeats).toBeGreaterThan(100);
    const text = JSON.stringify(updates);
    for (const script of [
      'Latin',
      'Greek',
      'Cyrillic',
      'Arabic',
      'Hebrew',
      'Devanagari',
      'Han',
      'Hiragana',
      'Katakana',
    ]) {
      expect(text).toMatch(new RegExp(`\\p{Script=${script}}`, 'u'));
    }
  });

  it('gives every email address to one point only', () => {
    const owners = new Map<string, string | undefined>();
    for (const update of updates) {
      for (const { hash } of emailsOf(update)) {
        expect(owners.get(hash) ?? pointOf(update)).toBe(pointOf(update));
        owners.set(hash, pointOf(update));
      }
    }
  });

  it('never takes out a point that has not come in', () => {
    const known = new Set<string | undefined>();
    for (const update of updates) {
      if (update.operation === 'UPSERT') known.add(pointOf(update));
      else expect(known).toContain(pointOf(update));
    }
  });

  it('takes a point out with every address it ever came in with', () => {
    const addresses = new Map<string | undefined, Set<string>>();
    for (const update of updates) {
      const known = addresses.get(pointOf(update)) ?? new Set();
      addresses.set(pointOf(update), known);
      const hashes = emailsOf(update).map(({ hash }) => hash);
      if (update.operation === 'UPSERT') for (const hash of hashes) known.add(hash);
      else expect(new Set(hashes)).toEqual(known);
    }
  });
});
