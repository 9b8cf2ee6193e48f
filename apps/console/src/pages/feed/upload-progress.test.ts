import { expect, it } from 'vitest';
import type { UploadState } from '../../api/uploads.ts';
import { uploadProgress } from './upload-progress.ts';

const file = { name: 'segment.ndjson', size: 1_000 } as File;
const order = { file, mode: 'diff', key: 'k', startedAt: 10_000 } as const;
const sending = (sent: number, now: number): UploadState => ({ ...order, phase: 'sending', sent, now });

it('tells how much was sent and how fast', () => {
  expect(uploadProgress(sending(250, 12_000))).toEqual({ share: 0.25, sent: 250, perSecond: 125 });
  expect(uploadProgress(sending(0, 10_000))).toEqual({ share: 0, sent: 0, perSecond: 0 });
});

it('never tells of more than there is', () => {
  expect(uploadProgress(sending(1_200, 11_000))).toMatchObject({ share: 1, sent: 1_000 });
  expect(uploadProgress({ ...order, phase: 'taking' })).toMatchObject({ share: 1, sent: 1_000 });
  const empty = { ...sending(0, 11_000), file: { ...file, size: 0 } } as UploadState;
  expect(uploadProgress(empty).share).toBe(0);
});
