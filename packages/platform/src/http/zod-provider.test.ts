import { expect, it } from 'vitest';
import { z } from 'zod';
import { zodValidatorCompiler } from './zod-provider.ts';

const schema = z
  .object({ name: z.string().optional(), list: z.array(z.object({ id: z.int() })).optional() })
  .refine((body) => Object.keys(body).length > 0, 'must change name or list');

it.each([
  ['body', {}, 'The request body must change name or list'],
  ['body', 'secret', 'The request body: Invalid input: expected object, received string'],
  ['body', undefined, 'The request body: Invalid input: expected object, received undefined'],
  ['body', { name: 7 }, 'name: Invalid input: expected string, received number'],
  ['body', { list: [{ id: 1 }, { id: 'secret' }] }, 'list[1].id: Invalid input: expected number, received string'],
  ['querystring', { name: 7 }, 'query parameter name: Invalid input: expected string, received number'],
  ['params', 7, 'path parameter: Invalid input: expected object, received number'],
])('says what is wrong in %s %j, and where', (httpPart, data, sentence) => {
  const validate = zodValidatorCompiler({ schema, httpPart, method: 'POST', url: '/' });
  const { error } = validate(data) as { error: Error & { code: string } };
  expect([error.code, error.message.replace(/ \(and \d+ more\)$/, '')]).toEqual(['INVALID', sentence]);
});
