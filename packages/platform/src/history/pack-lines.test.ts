import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packLines, unpackLines } from './pack-lines.ts';
import { UserHasher } from './user-hash.ts';

const line = fc
  .record({
    content: fc.jsonValue().map((value) => JSON.stringify(value)),
    subject: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
    acceptedAt: fc.integer({ min: 1_000, max: 9_000 }),
  })
  .map((given) => ({ ...given, bytes: Buffer.byteLength(given.content) }));

it('gives back every content and user, whichever lines are asked for', () => {
  const hasher = new UserHasher('salt');
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), fc.nat(5), fc.integer({ min: 1, max: 5 }), (lines, first, max) => {
      const { text, sizes, users, ages } = packLines(lines, 1_000, hasher, true);
      expect(unpackLines(Buffer.from(text as string), sizes, first, max)).toEqual(
        lines.slice(first, first + max).map(({ content, subject }) => ({ content, user: subject ?? null })),
      );
      lines.forEach(({ subject, acceptedAt }, index) => {
        hasher.lo = 0;
        hasher.hi = 0;
        if (subject !== undefined) hasher.read(subject);
        expect([users[index], users[lines.length + index]]).toEqual([hasher.lo, hasher.hi]);
        expect(ages[index]).toBe(acceptedAt - 1_000);
      });
    }),
  );
});

it('keeps no text where there is no room', () => {
  expect(packLines([{ content: '1', subject: 'u', acceptedAt: 1, bytes: 1 }], 1, new UserHasher(''), false).text).toBe(
    undefined,
  );
});
