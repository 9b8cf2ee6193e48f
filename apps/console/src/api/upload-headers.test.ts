import { expect, it } from 'vitest';
import { uploadHeaders } from './upload-headers.ts';

it.each([
  ['segment.ndjson', { 'content-type': 'application/x-ndjson' }],
  ['segment.jsonl', { 'content-type': 'application/x-ndjson' }],
  ['segment', { 'content-type': 'application/x-ndjson' }],
  ['Segment.JSON', { 'content-type': 'application/json' }],
  ['segment.ndjson.gz', { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }],
  ['segment.json.GZ', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
])('sends %s as what it is', (name, headers) => {
  expect(uploadHeaders(name)).toEqual(headers);
});
