import { describe, expect, it } from 'vitest';
import type { PluginAnswer } from '../plugin/plugin-answer.ts';
import { ATTEMPTS_ON_ERROR, updateOutcome } from './update-outcome.ts';

const http = (status: number, body: unknown, delayMs?: number): PluginAnswer => ({
  kind: 'answer',
  status,
  text: typeof body === 'string' ? body : JSON.stringify(body),
  delayMs,
});
const toLine = (key: string, content: string) => ({ destination: 'feed', key, content });
const outcomeOf = (answer: PluginAnswer, failures = 0) => updateOutcome(answer, { failures, toLine });
const item = (more: object = {}) => ({ type: 'BATCH_DELIVERY', grouping_key: 'k', content: 1, ...more });

describe('updateOutcome', () => {
  it('hands over the lines of ok', () => {
    const answer = http(200, { status: 'ok', data: [item(), item({ grouping_key: undefined, content: 'x' })] });
    expect(outcomeOf(answer)).toMatchObject({
      kind: 'delivered',
      forward: [
        { key: 'k', content: '1' },
        { key: '', content: '"x"' },
      ],
    });
  });

  it.each([[{}], [{ data: [] }], [{ data: null }]])('takes ok with %j for no lines', (more) => {
    expect(outcomeOf(http(200, { status: 'ok', ...more }))).toMatchObject({ kind: 'delivered', forward: [] });
  });

  it('counts no_eligible_identifier and hands nothing over', () => {
    const outcome = outcomeOf(http(400, { status: 'no_eligible_identifier', data: [item()] }));
    expect(outcome).toMatchObject({ kind: 'delivered', tallies: { no_eligible_identifier: 1 } });
    expect(outcome).not.toHaveProperty('forward');
  });

  it.each([
    ['retry', http(429, { status: 'retry' })],
    ['429 without a body', http(429, '')],
    ['429 that says ok', http(429, { status: 'ok', data: [] })],
    ['500 without a body', http(500, '')],
    ['503 in HTML', http(503, '<html>')],
    ['200 in HTML', http(200, '<html>')],
    ['200 that is null', http(200, 'null')],
    ['200 with an unknown status', http(200, { status: 'fine' })],
    ['200 with a status from Object', http(200, { status: 'constructor' })],
    ['204', http(204, '')],
    ['302', http(302, '')],
    ['500 that says ok', http(500, { status: 'ok', data: [item()] })],
    ['ok with data that is no array', http(200, { status: 'ok', data: {} })],
    ['ok with an item that is null', http(200, { status: 'ok', data: [null] })],
    ['ok with an item without content', http(200, { status: 'ok', data: [{ type: 'BATCH_DELIVERY' }] })],
    ['ok with a file', http(200, { status: 'ok', data: [item({ type: 'FILE_DELIVERY' })] })],
    ['ok with a key that is a number', http(200, { status: 'ok', data: [item({ grouping_key: 7 })] })],
    ['ok with one bad item of two', http(200, { status: 'ok', data: [item(), {}] })],
    [
      'no answer',
      { kind: 'none', reason: 'the plugin reset the connection', unreachable: false, outage: true } as const,
    ],
  ])('tries again after %s, however often it failed', (_, answer) => {
    for (const failures of [0, 8]) {
      const outcome = outcomeOf(answer, failures);
      expect(outcome).toMatchObject({ kind: 'retry', reason: expect.any(String) });
      expect(outcome.delayMs).toBeUndefined();
    }
  });

  it.each([
    ['error', http(500, { status: 'error', message: 'no such list' })],
    ['error with 200', http(200, { status: 'error', message: 'no such list' })],
    ['404', http(404, '')],
    ['400 that says ok', http(400, { status: 'ok' })],
    ['error with a delay', http(500, { status: 'error' }, 40)],
  ])('gives up after a few attempts on %s', (_, answer) => {
    expect(outcomeOf(answer, ATTEMPTS_ON_ERROR - 2)).toMatchObject({ kind: 'retry', failed: true });
    expect(outcomeOf(answer, ATTEMPTS_ON_ERROR - 1).kind).toBe('rejected');
  });

  it("keeps the plugin's message, the status and the beginning of the answer", () => {
    const outcome = outcomeOf(http(500, { status: 'error', message: 'no such list' }), 3);
    expect(outcome).toMatchObject({ reason: 'HTTP 500, error: no such list', status: 500 });
    expect(outcome.excerpt).toContain('no such list');
  });

  it('passes the requested delay on, whatever the status', () => {
    for (const answer of [http(200, { status: 'ok' }, 40), http(429, '', 40), http(500, { status: 'error' }, 40)]) {
      expect(outcomeOf(answer).delayMs).toBe(40);
    }
  });

  it.each([
    ['a handler that threw', http(500, { status: 'ERROR', message: 'boom' }), 'rejected'],
    ['an update found invalid', http(400, { status: 'error', message: 'no such field' }), 'rejected'],
    ['503 that says error', http(503, { status: 'error' }), 'retry'],
    ['a plugin that is not there', { kind: 'none', reason: 'x', unreachable: true, outage: true } as const, 'retry'],
  ])('goes by the HTTP status first: %s', (_, answer, kind) => {
    expect(outcomeOf(answer, 99).kind).toBe(kind);
  });
});
