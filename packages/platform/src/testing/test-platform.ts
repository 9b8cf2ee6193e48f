import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeedResource, FeedStatistics, IngestReport } from '@batchfeed/schemas';
import { pino } from 'pino';
import { openPlatform, type Platform } from '../platform.ts';
import type { PlatformOptions } from '../platform-options.ts';

interface Answer<T = never> {
  readonly status: number;
  readonly body: { status: string; data: T; error: string; error_id: string; total: number; count: number };
}

/** A platform on a folder of its own, and an operator who talks to it over HTTP. */
export interface TestPlatform {
  readonly dataDir: string;
  platform: Platform;
  token: string;
  /** Lines of the log, parsed. */
  readonly log: Record<string, unknown>[];
  call<T = never>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  /** Calls, and fails the test when the answer is no success. */
  do<T = Record<string, string>>(method: string, path: string, body?: unknown): Promise<T>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestPlatform(options: Partial<PlatformOptions> = {}): Promise<TestPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'batchfeed-platform-'));
  const log: Record<string, unknown>[] = [];
  const logger = pino({ level: 'debug' }, { write: (text: string) => void log.push(JSON.parse(text)) });
  const open = () => openPlatform({ dataDir, logger, ...options });
  const platform = await open();
  const self: TestPlatform = {
    dataDir,
    platform,
    token: platform.newApiToken ?? '',
    log,
    async call(method, path, body, headers = {}) {
      const isText = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
      const response = await fetch(`${self.platform.url}${path}`, {
        method,
        headers: {
          authorization: self.token,
          ...(body === undefined ? {} : { 'content-type': isText ? 'application/x-ndjson' : 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isText ? (body as string) : JSON.stringify(body), duplex: 'half' }),
      } as RequestInit);
      return { status: response.status, body: await response.json() } as never;
    },
    async do<T>(method: string, path: string, body?: unknown) {
      const answer = await self.call<T>(method, path, body);
      if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.error}`);
      return answer.body.data;
    },
    async restart() {
      await self.platform.close();
      self.platform = await open();
    },
    async close() {
      await self.platform.close();
      await rm(dataDir, { recursive: true });
    },
  };
  return self;
}

export interface TestFeed {
  readonly id: string;
  readonly path: string;
  readonly pluginId: string;
  readonly versionId: string;
  readonly versionPath: string;
  push(updates: string | readonly unknown[]): Promise<IngestReport>;
  drain(): Promise<FeedStatistics>;
  statistics(): Promise<FeedStatistics>;
  resource(): Promise<FeedResource>;
  /** Whether its plugin counts as there. */
  circuit(): Promise<NonNullable<FeedResource['circuit']>>;
  /** Waits until the statistics are as wanted, for 20 s unless told otherwise. */
  until(wanted: (statistics: FeedStatistics) => boolean, patienceMs?: number): Promise<FeedStatistics>;
}

let serial = 0;

/** A plugin, version, batching configuration, segment and feed; activated unless told otherwise. */
export async function makeFeed(
  operator: TestPlatform,
  baseUrl: string,
  {
    batching = { batch_flush_max_size: 100 },
    activate = true,
  }: { batching?: object | undefined; activate?: boolean } = {},
): Promise<TestFeed> {
  serial += 1;
  const plugin = await operator.do('POST', '/v1/plugins', {
    plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED',
    organisation_id: '1',
    group_id: 'com.example',
    artifact_id: `feed-${serial}`,
  });
  const version = await operator.do('POST', `/v1/plugins/${plugin.id}/versions`, {
    version_id: '1.0.0',
    base_url: baseUrl,
  });
  const versionPath = `/v1/plugins/${plugin.id}/versions/${version.id}`;
  if (Object.keys(batching).length > 0) {
    const body = { plugin_version_id: version.id, enable_batching: true, ...batching };
    await operator.do('POST', `${versionPath}/batching_configurations`, body);
  }
  const segment = await operator.do('POST', '/v1/audience_segments', {
    name: 'people',
    datamart_id: '77',
    organisation_id: '1',
  });
  const feed = await operator.do('POST', '/v1/audience_segment_external_feeds', {
    segment_id: segment.id,
    plugin_id: plugin.id,
    plugin_version_id: version.id,
  });
  const path = `/v1/audience_segment_external_feeds/${feed.id}`;
  if (activate) await operator.do('POST', `${path}/activate`);
  const resource = () => operator.do<FeedResource>('GET', path);
  const statistics = () => operator.do<FeedStatistics>('GET', `${path}/statistics`);
  return {
    id: feed.id as string,
    path,
    pluginId: plugin.id as string,
    versionId: version.id as string,
    versionPath,
    push: (updates) =>
      operator.do('POST', `${path}/user_segment_updates`, typeof updates === 'string' ? updates : ndjson(updates)),
    drain: () => operator.do('POST', `${path}/drain`),
    statistics,
    resource,
    circuit: async () => (await resource()).circuit ?? { state: 'CLOSED' },
    async until(wanted, patienceMs = 20_000) {
      for (const deadline = Date.now() + patienceMs; ; await new Promise((resolve) => setTimeout(resolve, 15))) {
        const now = await statistics();
        if (wanted(now)) return now;
        if (Date.now() > deadline) throw new Error(`It never came to that: ${JSON.stringify(now)}`);
      }
    },
  };
}

export function ndjson(updates: readonly unknown[]): string {
  return updates.map((update) => `${JSON.stringify(update)}\n`).join('');
}

export function update(user: string, operation: 'UPSERT' | 'DELETE' = 'UPSERT') {
  return { user_identifiers: [{ type: 'USER_POINT', user_point_id: user }], operation };
}

export const delivered = ({ updates, lines }: FeedStatistics) =>
  updates.accepted > 0 &&
  updates.waiting + updates.open + updates.in_flight === 0 &&
  lines.waiting + lines.open + lines.sealed + lines.in_flight === 0;
