import { DeliveryError, type LaneWrite } from '@batchfeed/delivery';
import { packEntries } from './pack-entries.ts';
import type { LaneRef, WriteMessage } from './protocol.ts';

/** UTF-8 bytes of entries and state in one write, at most. */
export const MAX_WRITE_BYTES = 64 * 1024 * 1024;
/** Most bytes of UTF-8 that a UTF-16 unit takes. */
const MOST_BYTES = 3;

/**
 * A write as the worker is told of it.
 *
 * @throws DeliveryError `INVALID` when it is too large, appends to a queue twice, or to one that it
 *   removes.
 */
export function writeMessage(ref: LaneRef, write: LaneWrite): WriteMessage {
  refuseUnfit(write);
  const { append, put, over, remove } = write;
  const { data, lengths } = packEntries(append.map(({ entries }) => entries));
  return {
    ...ref,
    queues: append.map(({ queue }) => queue),
    counts: Uint32Array.from(append, ({ entries }) => entries.length),
    lengths,
    data,
    put: [...put],
    over: over.map(({ queue, from, to }) => [queue, from, to] as const),
    remove,
  };
}

function refuseUnfit(write: LaneWrite): void {
  const removed = new Set(write.remove);
  const appended = new Set<string>();
  for (const { queue } of write.append) {
    if (appended.has(queue)) throw refusal(queue, 'stands in one write twice');
    if (removed.has(queue)) throw refusal(queue, 'is removed and appended to by one write');
    appended.add(queue);
  }
  if (sizeOf(write, ({ length }) => length) * MOST_BYTES <= MAX_WRITE_BYTES) return;
  const bytes = sizeOf(write, Buffer.byteLength);
  if (bytes <= MAX_WRITE_BYTES) return;
  throw new DeliveryError('INVALID', `A write of ${bytes} bytes is larger than the ${MAX_WRITE_BYTES} a store takes.`);
}

function sizeOf({ append, put }: LaneWrite, size: (text: string) => number): number {
  let all = 0;
  for (const { entries } of append) for (const text of entries) all += size(text);
  for (const [key, value] of put) all += size(key) + size(value ?? '');
  return all;
}

function refusal(queue: string, fault: string): DeliveryError {
  return new DeliveryError('INVALID', `Queue ${JSON.stringify(queue)} ${fault}. Make two writes of it.`);
}
