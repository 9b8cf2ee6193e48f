import type { OutgoingBatch } from '@batchfeed/delivery';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BatchChange } from './batch-change.ts';
import type { WriteHistory } from './history-protocol.ts';
import { HAND_OVER_MS, HistoryRecorder } from './history-recorder.ts';
import { UserHasher } from './user-hash.ts';

let written: WriteHistory[];
/** What becomes of a write. */
let write: (news: WriteHistory) => Promise<unknown>;
let changed: BatchChange[];
let failures: Error[];
let recorder: HistoryRecorder;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  written = [];
  changed = [];
  failures = [];
  write = async () => {};
  recorder = new HistoryRecorder({
    hasher: new UserHasher('salt'),
    now: Date.now,
    write: (news) => {
      written.push(news);
      return write(news);
    },
    onBatch: (change) => changed.push(change),
    onFailure: (error) => failures.push(error),
  });
});
afterEach(() => {
  recorder.stop();
  vi.useRealTimers();
});

const batch = (id: string, text = '1'): OutgoingBatch => ({
  id: `t0ken-lines-1-${id}`,
  destination: '1',
  key: '5:k',
  lines: [{ content: text, subject: 'u', acceptedAt: Date.now(), bytes: text.length }],
  bytes: text.length,
  reason: 'lines',
  openedAt: Date.now(),
  sealedAt: Date.now(),
  attempt: 1,
  failures: 0,
  replay: false,
});
const answerUpdate = (id: number) => {
  const update = { ...batch('0', '{"operation":"DELETE"}'), id: `t0ken-updates-1-${id}`, key: `5:u${id}` };
  recorder.updateAnswered(update, { kind: 'delivered', status: 200 });
};
const counts = () => written.map(({ changes, chunk }) => [changes.length, chunk?.count ?? 0]);

describe('HistoryRecorder', () => {
  it('hands over a quarter of a second at once', () => {
    for (let id = 0; id < 100; id += 1) answerUpdate(id);
    recorder.batchSending(batch('1'));
    expect(written).toEqual([]);
    vi.advanceTimersByTime(HAND_OVER_MS);
    expect(counts()).toEqual([[1, 100]]);
    expect(changed.map(({ state }) => state)).toEqual(['in_flight']);
  });

  it('hands over sooner when there is much', () => {
    for (let id = 0; id < 10_000; id += 1) answerUpdate(id);
    expect(counts()).toEqual([
      [0, 4_096],
      [0, 4_096],
    ]);
  });

  it('tells one state of a batch that changed several times', () => {
    const one = batch('1');
    const { id, destination, key } = one;
    recorder.event('batch', {
      type: 'sealed',
      destination,
      key,
      batch: id,
      reason: 'age',
      lines: 1,
      maxLines: 2,
      bytes: 1,
      ageMs: 30,
      express: false,
    });
    recorder.batchSending(one);
    recorder.batchAnswered(one, { kind: 'retry', reason: 'HTTP 503', status: 503, delayMs: 50, excerpt: 'busy' });
    const told = { destination, batch: id, attempt: 1, ms: 4, status: 503, reason: 'HTTP 503' };
    recorder.event('batch', { type: 'attempt', outcome: 'retry', ...told });
    vi.advanceTimersByTime(HAND_OVER_MS);
    expect(changed).toMatchObject([{ state: 'waiting', attempts: 1, status: 503, settledAt: null }]);
    expect(changed[0]?.tries).toMatchObject([{ delayMs: 50, excerpt: 'busy', ms: 4 }]);
  });

  it('keeps what a dead batch was when its death is told of after the last attempt was handed over', () => {
    const one = batch('1');
    const { id, destination, key } = one;
    recorder.batchSending(one);
    recorder.batchAnswered(one, { kind: 'rejected', reason: 'No.', status: 400 });
    const told = { destination, batch: id, attempt: 3, ms: 4, status: 400, reason: 'No.' };
    recorder.event('batch', { type: 'attempt', outcome: 'rejected', ...told });
    vi.advanceTimersByTime(HAND_OVER_MS);
    recorder.event('batch', { type: 'dead', destination, key, batch: id, lines: 1, reason: 'No.' });
    vi.advanceTimersByTime(HAND_OVER_MS);
    expect(changed).toMatchObject([
      { state: 'split', attempts: 3 },
      { state: 'dead', attempts: 3, status: 400, sealReason: 'lines' },
    ]);
    expect(changed[1]?.tries).toMatchObject([{ attempt: 3, isLast: true }]);
  });

  it('says now and then that nothing happened, and no more often', async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    expect(written.length).toBeGreaterThanOrEqual(5);
    expect(written.length).toBeLessThanOrEqual(8);
    expect(counts().every(([changes, updates]) => changes === 0 && updates === 0)).toBe(true);
  });

  it('enters a gap as long as writing failed, once it is possible again', async () => {
    await vi.advanceTimersByTimeAsync(HAND_OVER_MS);
    const whole = written.at(-1)?.upTo as number;
    write = async () => {
      throw new Error('disk full');
    };
    for (let round = 0; round < 4; round += 1) {
      answerUpdate(round);
      await vi.advanceTimersByTimeAsync(HAND_OVER_MS);
    }
    expect(failures).toHaveLength(1);
    write = async () => {};
    await vi.advanceTimersByTimeAsync(HAND_OVER_MS);
    await vi.advanceTimersByTimeAsync(HAND_OVER_MS);
    const gaps = written.at(-1)?.gaps.length === 0 ? written.at(-2)?.gaps : written.at(-1)?.gaps;
    expect(gaps).toMatchObject([{ from: whole, reason: 'failure' }]);
    expect(gaps?.[0]?.to).toBeGreaterThan(whole + 4 * HAND_OVER_MS);
  });

  it('leaves contents out before it leaves anything else out, and takes no more memory than that', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    write = () => held;
    const text = 'x'.repeat(1024 * 1024);
    for (let id = 0; id < 60; id += 1) {
      recorder.batchSending(batch(String(id), text));
      vi.advanceTimersByTime(HAND_OVER_MS);
    }
    const kept = changed.filter(({ packed }) => packed?.text !== undefined).length;
    expect(changed).toHaveLength(60);
    expect(kept).toBeGreaterThanOrEqual(20);
    expect(kept).toBeLessThanOrEqual(26);
    for (let id = 0; id < 300_000; id += 1) answerUpdate(id);
    const updates = counts().reduce((sum, [, count]) => sum + (count as number), 0);
    expect(updates).toBeLessThanOrEqual(204_096);
    release();
    await vi.advanceTimersByTimeAsync(HAND_OVER_MS);
    await vi.advanceTimersByTimeAsync(HAND_OVER_MS);
    expect(written.flatMap(({ gaps }) => gaps)).toMatchObject([{ reason: 'overload' }]);
    answerUpdate(0);
    await vi.advanceTimersByTimeAsync(HAND_OVER_MS);
    expect(written.at(-1)?.chunk?.count).toBe(1);
  });
});
