import type { UploadState } from '../../api/uploads.ts';

/** How far an upload is: `share` from 0 to 1, bytes sent, and bytes a second since it began. */
export function uploadProgress(upload: UploadState): { share: number; sent: number; perSecond: number } {
  const { size } = upload.file;
  if (upload.phase !== 'sending') return { share: 1, sent: size, perSecond: 0 };
  const { startedAt, now } = upload;
  // The browser counts what it handed to the network; it is never said to be more than there is.
  const sent = Math.min(upload.sent, size);
  const seconds = (now - startedAt) / 1_000;
  return { share: size === 0 ? 0 : sent / size, sent, perSecond: seconds > 0 ? sent / seconds : 0 };
}
