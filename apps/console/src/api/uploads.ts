import { type IngestReport, ingestReportSchema, resourceWrapperSchema } from '@batchfeed/schemas';
import { type QueryClient, skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { endSession } from '../session/session.ts';
import { t } from '../texts/text.ts';
import { ApiError, hasStatus } from './api-error.ts';
import { addressOf, refusal } from './client.ts';
import { feedPath } from './feed-path.ts';
import { uploadHeaders } from './upload-headers.ts';

/**
 * Uploads of files, one of a feed at a time:
 *
 *   sending ──all of it sent──▶ taking ──answered──▶ done
 *      └──────────────┴── refused or broken off ──▶ failed ──again, under the same key──▶ sending
 *                     └── by the reader ──▶ stopped
 *
 * The browser streams the file from disk: it is never in memory as a whole. Where an upload stands is in the query cache, so
 * that it goes on whatever page the reader goes to, and is forgotten with everything else at sign-out.
 */
export type UploadMode = 'diff' | 'full';

export interface UploadOrder {
  readonly file: File;
  readonly mode: UploadMode;
  /** The `Idempotency-Key`: an upload that broke off goes on under it, behind what was taken. */
  readonly key: string;
}

export type UploadState = UploadOrder & { readonly startedAt: number } & (
    | { readonly phase: 'sending'; readonly sent: number; readonly now: number }
    | { readonly phase: 'taking' | 'stopped' }
    | { readonly phase: 'done'; readonly report: IngestReport; readonly ms: number }
    | { readonly phase: 'failed'; readonly error: ApiError }
  );

const uploadKey = (feedId: string) => ['uploads', feedId];
const requests = new Map<string, XMLHttpRequest>();

export const isUnderWay = (upload: UploadState | undefined): boolean =>
  upload?.phase === 'sending' || upload?.phase === 'taking';

/** Where the upload of a feed stands; undefined when there is none. */
export function useUpload(feedId: string) {
  const client = useQueryClient();
  const { data } = useQuery<UploadState>({ queryKey: uploadKey(feedId), queryFn: skipToken, ...forGood });
  return {
    upload: data,
    start: (file: File, mode: UploadMode) => startUpload(client, feedId, { file, mode, key: randomKey() }),
    goOn: (order: UploadOrder) => startUpload(client, feedId, order),
    stop: () => requests.get(feedId)?.abort(),
    forget: () => client.removeQueries({ queryKey: uploadKey(feedId) }),
  };
}

const forGood = { staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY };

function startUpload(client: QueryClient, feedId: string, order: UploadOrder): void {
  const queryKey = uploadKey(feedId);
  if (isUnderWay(client.getQueryData<UploadState>(queryKey))) return;
  const { file, mode, key } = order;
  const where = `${feedPath(feedId)}/user_segment_updates`;
  const request = new XMLHttpRequest();
  const startedAt = Date.now();
  const begun = { file, mode, key, startedAt };
  client.setQueryDefaults(queryKey, forGood);
  const first: UploadState = { ...begun, phase: 'sending', sent: 0, now: startedAt };
  client.setQueryData(queryKey, first);
  requests.set(feedId, request);

  const say = (state: UploadState) => {
    // Forgotten meanwhile: the reader signed out.
    if (client.getQueryData(queryKey) === undefined) request.abort();
    else client.setQueryData(queryKey, state);
  };
  const fail = (error: ApiError) => {
    say({ ...begun, phase: 'failed', error });
    if (hasStatus(error, 401)) endSession(client, 'expired');
  };
  request.upload.onprogress = ({ loaded }) => say({ ...begun, phase: 'sending', sent: loaded, now: Date.now() });
  request.upload.onload = () => say({ ...begun, phase: 'taking' });
  request.onabort = () => {
    if (client.getQueryData(queryKey) !== undefined) say({ ...begun, phase: 'stopped' });
  };
  request.onerror = () => fail(new ApiError('NO_ANSWER', t('common.noAnswer')));
  request.onload = () => {
    const content = parse(request.responseText);
    if (request.status !== 200) return fail(refusal(request.status, content, where));
    const answer = resourceWrapperSchema(ingestReportSchema).safeParse(content);
    if (!answer.success) return fail(new ApiError('UNEXPECTED_ANSWER', t('common.unexpectedAnswer', { where })));
    say({ ...begun, phase: 'done', report: answer.data.data, ms: Date.now() - startedAt });
    return client.invalidateQueries({ queryKey: ['feeds', feedId] });
  };
  // Leaving the console ends an upload, so the browser asks first.
  addEventListener('beforeunload', askBeforeLeaving);
  request.onloadend = () => {
    requests.delete(feedId);
    if (requests.size === 0) removeEventListener('beforeunload', askBeforeLeaving);
  };

  request.open('POST', addressOf(where, { mode }));
  const headers = { ...uploadHeaders(file.name), 'idempotency-key': key, 'x-batchfeed-console': '1' };
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.send(file);
}

const askBeforeLeaving = (event: BeforeUnloadEvent) => event.preventDefault();

/** `crypto.randomUUID` is for secure pages alone. */
const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
