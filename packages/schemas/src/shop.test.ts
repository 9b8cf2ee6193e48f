import { describe, expect, it } from 'vitest';
import {
  batchAnswerPartSchema,
  batchAnswerSchema,
  batchRequestSchema,
  isEmptyBody,
  readShopError,
  shopErrors,
  unwrapResponse,
} from './shop.ts';

const part = (statusCode: unknown, body: unknown) => ({
  method: 'GET',
  uri: 'http://shop.test/products/1',
  response: { header: { statusCode }, body },
});

describe('batchRequestSchema', () => {
  it('accepts the documented request', () => {
    const request = {
      data: {
        requests: [
          { method: 'GET', uri: 'http://shop.test/productExtend?full=1&limit=200&page=0' },
          { method: 'POST', uri: 'http://shop.test/products/A', data: { sku: '007' } },
        ],
      },
    };
    expect(batchRequestSchema.parse(request)).toEqual(request);
  });

  it.each([
    ['another method', { method: 'PATCH', uri: '/a' }],
    ['a method in lower case', { method: 'get', uri: '/a' }],
    ['no uri', { method: 'GET' }],
    ['an empty uri', { method: 'GET', uri: '' }],
    ['data that is a list', { method: 'POST', uri: '/a', data: [] }],
  ])('refuses %s', (_, request) => {
    expect(batchRequestSchema.safeParse({ data: { requests: [request] } }).success).toBe(false);
  });

  it('refuses a batch without requests', () => {
    expect(batchRequestSchema.safeParse({ data: { requests: [] } }).success).toBe(false);
    expect(batchRequestSchema.safeParse({ requests: [] }).success).toBe(false);
  });
});

describe('batchAnswerPartSchema', () => {
  it.each([200, '200', ' 200 '])('reads the status code %j as a number', (statusCode) => {
    expect(batchAnswerPartSchema.parse(part(statusCode, { id: '1' })).response.header.statusCode).toBe(200);
  });

  it.each([99, 600, 200.5, '20', '2000', '', 'OK', null, undefined])('refuses the status code %j', (statusCode) => {
    expect(batchAnswerPartSchema.safeParse(part(statusCode, {})).success).toBe(false);
  });

  it.each([{}, null, [], '', '  ', undefined])('reads the empty body %j as null', (body) => {
    expect(batchAnswerPartSchema.parse(part(200, body)).response.body).toBeNull();
  });

  it('never re-types a value of a body', () => {
    const body = { sku: '007', price: '1.50', status: 0 };
    expect(batchAnswerPartSchema.parse(part(200, body)).response.body).toEqual(body);
  });

  it('refuses a part without header', () => {
    expect(batchAnswerPartSchema.safeParse({ method: 'GET', uri: '/', response: {} }).success).toBe(false);
  });
});

describe('batchAnswerSchema', () => {
  it('reads a list, a collapsed list and an empty list', () => {
    const one = part(200, {});
    expect(batchAnswerSchema.parse({ requests: { request: [one, one] } }).requests.request).toEqual([one, one]);
    expect(batchAnswerSchema.parse({ requests: { request: one } }).requests.request).toEqual([one]);
    expect(batchAnswerSchema.parse({ requests: { request: [] } }).requests.request).toEqual([]);
    expect(batchAnswerSchema.parse({ requests: '' }).requests.request).toEqual([]);
  });

  it('leaves a malformed part to its row', () => {
    expect(batchAnswerSchema.parse({ requests: { request: [part(200, {}), 'oops'] } }).requests.request).toHaveLength(
      2,
    );
  });

  it.each([{}, [], 'OK', { message: 'no' }, { requests: 'garbage' }])('refuses %j', (answer) => {
    expect(batchAnswerSchema.safeParse(answer).success).toBe(false);
  });
});

describe('readShopError', () => {
  it.each([
    [{ error: 40401, message: 'gone' }, 40401, 'gone'],
    [{ code: '40007', message: 'bad' }, 40007, 'bad'],
    [{ innerCode: 40901 }, 40901, undefined],
    [{ message: shopErrors.dataMissing.message }, 40001, shopErrors.dataMissing.message],
    [
      { message: ' POST content length exceeds the limit of 1024 bytes. ' },
      40013,
      'POST content length exceeds the limit of 1024 bytes.',
    ],
    [{ response: { message: 'wrapped', error: 40005 } }, 40005, 'wrapped'],
    ['You have no permission for this operation!', 40101, 'You have no permission for this operation!'],
    [
      { message: 'Resource matching URI "/category/x" not found' },
      undefined,
      'Resource matching URI "/category/x" not found',
    ],
    [{ error: 'invalid_client' }, undefined, undefined],
    [null, undefined, undefined],
    [{}, undefined, undefined],
  ])('reads %j', (body, code, message) => {
    expect(readShopError(body)).toEqual({ code, message });
  });
});

describe('unwrapResponse', () => {
  it('unwraps a lone response and nothing else', () => {
    expect(unwrapResponse({ response: { id: '1' } })).toEqual({ id: '1' });
    expect(unwrapResponse({ response: 1, id: 2 })).toEqual({ response: 1, id: 2 });
    expect(unwrapResponse([1])).toEqual([1]);
  });
});

it('isEmptyBody knows a value from nothing', () => {
  for (const body of [0, false, 'x', [0], { a: null }]) expect(isEmptyBody(body)).toBe(false);
});
