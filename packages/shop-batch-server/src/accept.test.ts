import { expect, it } from 'vitest';
import { answerFormat } from './accept.ts';

it.each([
  [undefined, 'xml'],
  ['', 'xml'],
  ['*/*', 'xml'],
  ['text/html', 'xml'],
  ['application/*', 'xml'],
  ['application/json', 'json'],
  ['Application/JSON; charset=utf-8', 'json'],
  ['text/html, application/json;q=0.5, */*', 'json'],
  ['application/xml', 'xml'],
  ['application/xml;q=0.9, application/json', 'json'],
  ['application/json;q=0.1, application/xml;q=0.2', 'xml'],
  ['application/json, application/xml', 'json'],
  ['application/json;q=0', 'xml'],
  ['application/json;q=rubbish', 'xml'],
])('Accept: %s means %s', (accept, format) => {
  expect(answerFormat(accept)).toBe(format);
});
