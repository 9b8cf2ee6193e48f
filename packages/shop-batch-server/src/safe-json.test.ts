import { describe, expect, it } from 'vitest';
import { parseSafeJson } from './safe-json.ts';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const refusal = expect.objectContaining({ code: 'wrongData' });

describe('parseSafeJson', () => {
  it('gives objects without prototype, at every level', () => {
    const tree = parseSafeJson('{"a":[{"b":{}}]}', 32) as { a: [{ b: object }] };
    expect(tree).toEqual({ a: [{ b: {} }] });
    for (const node of [tree, tree.a[0], tree.a[0].b]) expect(Object.getPrototypeOf(node)).toBeNull();
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the key %s, however written, but not the text', (key) => {
    const escaped = `\\u${key.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}`;
    expect(() => parseSafeJson(`{"a":[{"${key}":{"admin":true}}]}`, 32)).toThrow(refusal);
    expect(() => parseSafeJson(`{"${escaped}":1}`, 32)).toThrow(refusal);
    expect(parseSafeJson(`{"name":"${key}"}`, 32)).toEqual({ name: key });
  });

  it('refuses more nesting than allowed, up to what would exhaust a stack', () => {
    expect(parseSafeJson(nested(32), 32)).toBeDefined();
    expect(() => parseSafeJson(nested(33), 32)).toThrow(refusal);
    expect(() => parseSafeJson(nested(1_000_000), 32)).toThrow(refusal);
    expect(() => parseSafeJson(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 32)).toThrow(refusal);
  });

  it('refuses what is not JSON, without repeating it', () => {
    expect(() => parseSafeJson('{"password":"secret"', 32)).toThrow(/^(?!.*secret)/);
    expect(() => parseSafeJson('', 32)).toThrow(refusal);
  });
});
