import { describe, expect, it } from 'vitest';
import type { PluginAnswer } from '../plugin/plugin-answer.ts';
import { batchOutcome } from './batch-outcome.ts';

const http = (status: number, body: unknown, delayMs?: number): PluginAnswer => ({
  kind: 'answer',
  status,
  text: typeof body === 'string' ? body : JSON.stringify(body),
  delayMs,
});
const OK = { status: 'OK', sent_items_in_success: 3, sent_items_in_error: 1 };

describe('batchOutcome', () => {
  it('acknowledges OK and adds its counters', () => {
    expect(batchOutcome(http(200, OK, 5), 4)).toMatchObject({
      kind: 'delivered',
      tallies: { success: 3, error: 1 },
      delayMs: 5,
    });
    expect(batchOutcome(http(200, { ...OK, sent_items_in_success: 0 }), 4).kind).toBe('delivered');
  });

  it.each([
    ['RETRY', http(503, { status: 'RETRY' })],
    ['RETRY with 200', http(200, { status: 'RETRY' })],
    ['RETRY with 400', http(400, { status: 'RETRY' })],
    ['503 alone', http(503, '')],
    ['429', http(429, '')],
    ['429 that says ERROR', http(429, { status: 'ERROR' })],
    ['500', http(500, { status: 'error', message: "Plugin doesn't support batch update" })],
    ['500 that says OK', http(500, OK)],
    ['503 that says ERROR', http(503, { status: 'ERROR' })],
    ['200 in HTML', http(200, '<html>')],
    ['200 that is null', http(200, 'null')],
    ['200 cut off', http(200, '{"status":"OK","sent_items')],
    ['204', http(204, '')],
    ['302', http(302, '')],
    ['OK without counters', http(200, { status: 'OK' })],
    ['OK with a negative counter', http(200, { ...OK, sent_items_in_error: -1 })],
    ['OK with half an item', http(200, { ...OK, sent_items_in_error: 0.5 })],
    ['OK with a counter in a string', http(200, { ...OK, sent_items_in_error: '1' })],
    ['OK with more items than lines', http(200, { ...OK, sent_items_in_success: 999 })],
    ['ok in small letters', http(200, { ...OK, status: 'ok' })],
    [
      'no answer',
      { kind: 'none', reason: 'the plugin did not answer in time', unreachable: false, outage: true } as const,
    ],
  ])('sends the same batch again after %s', (_, answer) => {
    expect(batchOutcome(answer, 4)).toMatchObject({ kind: 'retry', reason: expect.any(String) });
  });

  it.each([
    ['ERROR', http(400, { status: 'ERROR', message: 'bad list' })],
    ['ERROR with 200', http(200, { status: 'ERROR', message: 'bad list' })],
    ['400 alone', http(400, '')],
    ['400 that says OK', http(400, OK)],
    ['404', http(404, '<html>')],
    ['413', http(413, '')],
  ])('makes a dead letter after %s', (_, answer) => {
    expect(batchOutcome(answer, 4)).toMatchObject({ kind: 'rejected', reason: expect.any(String) });
  });

  it("keeps the plugin's message", () => {
    expect(batchOutcome(http(400, { status: 'ERROR', message: 'bad list' }), 4)).toMatchObject({
      reason: 'HTTP 400, ERROR: bad list',
      status: 400,
    });
  });
});
