import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MASK, maskContent, maskText } from './mask.ts';

/** All strings and numbers of a value, whatever field they are in. */
function leaves(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(leaves);
}

const shape = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).map(shape);
};

describe('maskContent', () => {
  it('leaves nothing of a content but its shape, its words and what is true or false', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const masked = JSON.parse(maskContent(JSON.stringify(value)));
        for (const leaf of leaves(masked)) {
          const isHarmless = leaf === null || typeof leaf === 'boolean' || leaf === MASK;
          expect(isHarmless || /^[A-Z][A-Z_]{0,19}$/.test(leaf as string)).toBe(true);
        }
        expect(sorted(shape(masked))).toEqual(sorted(shape(JSON.parse(JSON.stringify(value)))));
      }),
    );
  });

  it('never lets an email address, a hash or a number through, wherever it stands', () => {
    const secret = fc.oneof(
      fc.emailAddress(),
      fc.stringMatching(/^[0-9a-f]{16,64}$/),
      fc.uuid(),
      fc.stringMatching(/^[1-9]\d{8,14}$/),
    );
    const place = fc.constantFrom(
      (text: string) => ({ [text]: true }),
      (text: string) => ({ email: text }),
      (text: string) => [[text]],
      (text: string) => ({ a: { b: [`about ${text} here`] } }),
    );
    fc.assert(
      fc.property(secret, place, (text, put) => {
        expect(maskContent(JSON.stringify(put(text)))).not.toContain(text);
      }),
    );
  });

  it('keeps words of the protocol, but none that may be a name', () => {
    const content = JSON.stringify({ op: 'UPSERT', last_name: 'SMITH', ok: true, age: 7, tags: ['VIP', 'vip'] });
    expect(JSON.parse(maskContent(content))).toEqual({
      op: 'UPSERT',
      last_name: MASK,
      ok: true,
      age: MASK,
      tags: ['VIP', MASK],
    });
  });

  it('keeps fields apart whose names it masks', () => {
    expect(maskContent('{"a@b.example":1,"c@d.example":2}')).toBe(`{"${MASK}":"${MASK}","${MASK} (2)":"${MASK}"}`);
  });

  it('shows one mask for what is no JSON', () => {
    expect(maskContent('bob')).toBe(`"${MASK}"`);
  });

  it('masks a content nested as deep as it may be', () => {
    const deep = `${'['.repeat(100_000)}"bob"${']'.repeat(100_000)}`;
    expect(maskContent(deep)).not.toContain('bob');
  });

  it('takes a field called __proto__ for a field', () => {
    expect(maskContent('{"__proto__":{"x":"bob"}}')).toBe(`{"__proto__":{"x":"${MASK}"}}`);
  });
});

describe('maskText', () => {
  it.each([
    ['HTTP 400, ERROR: no such person bob.smith@mail.example in the list', 'bob.smith@mail.example'],
    ['rejected hash 5e884898da28047151d0e56f8dc62927', '5e884898da28047151d0e56f8dc62927'],
    ['call +36 30 123-4567 back', '123-4567'],
    ['user point:u17 is unknown', 'u17'],
    ['token eyJhbGciOiJIUzI1NiJ9abcdef0 expired', 'eyJhbGciOiJIUzI1NiJ9abcdef0'],
  ])('hides what is personal in %s', (text, secret) => {
    expect(maskText(text)).not.toContain(secret);
    expect(maskText(text)).toContain(MASK);
  });

  it.each([
    'HTTP 503, RETRY: try again in 30 s',
    'No answer within 30000 ms',
    'shop-7/newsletter',
    'group<img onerror=x>',
    'list 2024-01-15',
  ])('leaves %s as it is', (text) => {
    expect(maskText(text)).toBe(text);
  });

  it('is quick with whatever it gets', () => {
    fc.assert(
      fc.property(fc.constantFrom('a', '1', 'f-', '+1 ', 'a1', '@', 'x@', '%40'), (part) => {
        const startedAt = performance.now();
        maskText(part.repeat(20_000));
        expect(performance.now() - startedAt).toBeLessThan(1_000);
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  return JSON.stringify(value).split('').sort().join('');
}
