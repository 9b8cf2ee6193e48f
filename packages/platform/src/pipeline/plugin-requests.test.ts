import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchBody, envelopeBytes, SEPARATOR_BYTES, updateBody, updateSuffix } from './plugin-requests.ts';

const feed = { feedId: '1', sessionId: '2', datamartId: '3', segmentId: '4' };

describe('request bodies', () => {
  it("have an envelope of exactly the bytes that are not the lines'", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.string({ unit: 'binary' }), (values, key) => {
        const lines = values.map((value) => JSON.stringify(value));
        const body = batchBody(lines, Date.now(), key, feed);
        const counted = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
        expect(Buffer.byteLength(body)).toBe(envelopeBytes(key, feed) + counted + (lines.length - 1) * SEPARATOR_BYTES);
        expect(JSON.parse(body).batch_content).toEqual(lines.map((line) => JSON.parse(line)));
        expect(JSON.parse(body).context.grouping_key).toBe(key);
      }),
    );
  });

  it('leave the text of an update as it is', () => {
    const update = '{ "big": 12345678901234567890 , "name":"Noémie 😀","operation":"UPSERT"}';
    const body = updateBody({ content: update, bytes: Buffer.byteLength(update) }, updateSuffix(feed)).toString();
    expect(body.startsWith(update.slice(0, -1))).toBe(true);
    expect(JSON.parse(body)).toMatchObject({ feed_id: '1', session_id: '2', datamart_id: '3', segment_id: '4' });
  });
});
