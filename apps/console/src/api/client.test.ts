import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { addressOf, getAll, getList, getOne, getTagged, path, refusal, send } from './client.ts';

const named = z.object({ id: z.string() });
type Call = [address: string, init: RequestInit & { headers: Record<string, string> }];

function answering(...answers: { status?: number; body?: unknown; headers?: Record<string, string> }[]) {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (...call: Call) => {
    calls.push(call);
    const { status = 200, body, headers = {} } = answers[Math.min(calls.length, answers.length) - 1] ?? {};
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
  });
  return calls;
}

afterEach(() => vi.unstubAllGlobals());

describe('paths', () => {
  it('keep names from leading elsewhere', () => {
    expect(path`/plugins/${'../feeds?x#'}/versions/${7}`).toBe('/plugins/..%2Ffeeds%3Fx%23/versions/7');
  });

  it('leave out what is not asked', () => {
    expect(addressOf('/feeds', { search: 'a b&c', status: undefined, first_result: 0, key: '' })).toBe(
      '/v1/feeds?search=a+b%26c&first_result=0',
    );
  });
});

describe('requests', () => {
  it('send the session’s cookie, and with changes the header that other sites can’t send', async () => {
    const calls = answering({ body: { status: 'ok', data: { id: '1' } } });
    await getOne('/plugins/1', named);
    await send('PUT', '/plugins/1', named, { body: { a: 1 }, ifMatch: '"tag"' });
    const [[, read], [, change]] = calls as [Call, Call];
    expect(read.credentials).toBe('same-origin');
    expect(read.headers).not.toHaveProperty('x-batchfeed-console');
    expect(change).toMatchObject({ method: 'PUT', body: '{"a":1}', credentials: 'same-origin' });
    expect(change.headers).toMatchObject({ 'x-batchfeed-console': '1', 'if-match': '"tag"' });
  });

  it('hand over the tag of what was read', async () => {
    answering({ body: { status: 'ok', data: { id: '1' } }, headers: { etag: '"abc"' } });
    expect(await getTagged('/plugins/1', named)).toEqual({ value: { id: '1' }, etag: '"abc"' });
  });

  it('read a long list page by page', async () => {
    const page = (first: number, ids: string[]) => ({
      body: {
        status: 'ok',
        count: ids.length,
        first_result: first,
        max_results: 1_000,
        total: 3,
        data: ids.map((id) => ({ id })),
      },
    });
    const calls = answering(page(0, ['1', '2']), page(2, ['3']));
    expect(await getAll('/plugins', named)).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
    expect(calls.map(([address]) => address)).toEqual([
      '/v1/plugins?first_result=0&max_results=1000',
      '/v1/plugins?first_result=2&max_results=1000',
    ]);
  });

  it('do not ask for ever when a list shrinks meanwhile', async () => {
    answering({ body: { status: 'ok', count: 0, first_result: 0, max_results: 1_000, total: 3, data: [] } });
    expect(await getAll('/plugins', named)).toEqual([]);
  });
});

describe('failures', () => {
  it('are what the platform says, with the id its log has', async () => {
    answering({ status: 409, body: { status: 'error', error: 'Taken.', error_id: 'e-1' } });
    await expect(getOne('/x', named)).rejects.toMatchObject({
      code: 'REFUSED',
      status: 409,
      message: 'Taken.',
      errorId: 'e-1',
      retryable: false,
    });
  });

  it('are no answer when nothing answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(getOne('/x', named)).rejects.toMatchObject({ code: 'NO_ANSWER', retryable: true });
  });

  it('are no answer when something in front of the platform answers for it', () => {
    expect(refusal(502, '<html>', '/x')).toMatchObject({ code: 'NO_ANSWER', status: 502 });
    expect(refusal(418, undefined, '/x')).toMatchObject({ code: 'UNEXPECTED_ANSWER', status: 418 });
  });

  it('are an unexpected answer when it is not what the schema says', async () => {
    answering({ body: { status: 'ok', data: { id: 1 } } });
    await expect(getOne('/x', named)).rejects.toMatchObject({
      code: 'UNEXPECTED_ANSWER',
      message: expect.stringContaining('/x data.id'),
    });
    answering({ body: 'not json' });
    await expect(getList('/x', named)).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
  });

  it('of a request that was given up stay what they are', async () => {
    const giveUp = new AbortController();
    giveUp.abort();
    vi.stubGlobal('fetch', () => Promise.reject(giveUp.signal.reason));
    await expect(getOne('/x', named, { signal: giveUp.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});
