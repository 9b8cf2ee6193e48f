import { describe, expect, it } from 'vitest';
import { indentJson, jsonWithin } from './indent-json.ts';

const shown = (json: string) =>
  indentJson(json)
    .map(({ depth, text }) => ' '.repeat(depth) + text)
    .join('\n');

describe('indentJson', () => {
  it('puts every value on a line', () => {
    expect(shown('{"a":1,"b":[true,{"c":"x, {y}: \\"z\\""}],"d":{},"e":[]}')).toBe(
      [
        '{',
        ' "a": 1,',
        ' "b": [',
        '  true,',
        '  {',
        '   "c": "x, {y}: \\"z\\""',
        '  }',
        ' ],',
        ' "d": {},',
        ' "e": []',
        '}',
      ].join('\n'),
    );
  });

  it('changes no value', () => {
    expect(shown('{"n":12345678901234567890.10,"n":1}')).toBe('{\n "n": 12345678901234567890.10,\n "n": 1\n}');
  });

  it.each(['', '"•••"', '17', 'null'])('leaves %j on one line', (json) => {
    expect(shown(json)).toBe(json);
  });

  it.each(['{"a":', ']]]', '"unfinished', 'no json at all'])('loses nothing of %j, which is no JSON', (text) => {
    expect(shown(text).replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
  });

  it('takes long texts quickly', () => {
    const json = JSON.stringify({ long: '"\\'.repeat(100_000), list: Array.from({ length: 10_000 }, (_, i) => i) });
    expect(indentJson(json).length).toBe(10_005);
  });
});

describe('jsonWithin', () => {
  it('finds JSON in a string', () => {
    expect(jsonWithin(JSON.stringify('{"a":12345678901234567890}'))).toBe('{"a":12345678901234567890}');
  });

  it.each(['{"a":1}', '"•••"', '"{not json}"', '"[1"', '7', ''])('finds none in %j', (json) => {
    expect(jsonWithin(json)).toBeUndefined();
  });
});
