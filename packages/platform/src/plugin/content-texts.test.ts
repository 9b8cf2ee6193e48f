import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentTexts } from './content-texts.ts';

describe('contentTexts', () => {
  it.each([
    ['{"data":[{"content":1.0}]}', ['1.0']],
    ['{"data":[]}', []],
    ['{"status":"ok"}', []],
    [' { "data" : [ { "content" : { "a" : [ 1 , 2 ] } } , { "content":"x" } ] } ', ['{ "a" : [ 1 , 2 ] }', '"x"']],
    ['{"data":[{"other":{"content":1},"content":[2]}]}', ['[2]']],
    ['{"data":[{"grouping_key":"content"}]}', [undefined]],
    ['{"data":[{"content":"\\\\"},{"content":"]}\\""}]}', ['"\\\\"', '"]}\\""']],
    ['{"d\\u0061ta":[{"\\u0063ontent":true}]}', ['true']],
    ['{"data":[{"content":1}],"data":[{"content":2,"content":3}]}', ['3']],
    ['{"x":{"data":[{"content":1}]},"data":[{"content":-1e5}]}', ['-1e5']],
  ])('cuts out of %s', (json, texts) => {
    expect(contentTexts(json)).toEqual(texts);
  });

  it('finds what JSON.parse finds, however the answer is written', () => {
    const item = fc.record({ type: fc.constant('BATCH_DELIVERY'), grouping_key: fc.string(), content: fc.jsonValue() });
    const answer = fc.record({ status: fc.string(), data: fc.array(item), stats: fc.jsonValue() });
    fc.assert(
      fc.property(answer, fc.integer({ min: 0, max: 4 }), (value, indent) => {
        const json = JSON.stringify(value, null, indent);
        const parsed = JSON.parse(json) as typeof value;
        const texts = contentTexts(json);
        expect(texts.map((text) => JSON.parse(text as string))).toEqual(parsed.data.map(({ content }) => content));
        for (const text of texts) expect(json).toContain(text);
      }),
    );
  });
});
