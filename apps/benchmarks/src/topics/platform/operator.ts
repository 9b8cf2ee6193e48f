import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedLedger } from '@batchfeed/schemas';
import { Pool } from 'undici';
import type { PlatformProcess } from './processes.ts';

const feedsPath = '/v1/audience_segment_external_feeds';

/** An operator of one platform with one plugin. */
export class Operator {
  readonly #pool: Pool;
  readonly #token: string;
  #plugin = { id: '', version: '' };

  constructor({ url, token }: PlatformProcess) {
    // A connection that idled through the other side's turn may be closed just as it is used again.
    this.#pool = new Pool(url, {
      connections: 16,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 1_000,
      keepAliveMaxTimeout: 1_000,
    });
    this.#token = token;
  }

  async register(baseUrl: string, linesPerBatch: number): Promise<void> {
    const kind = { plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED', organisation_id: '1', group_id: 'bench' };
    const { id } = await this.call('POST', '/v1/plugins', { ...kind, artifact_id: 'bench' });
    const versions = `/v1/plugins/${id}/versions`;
    const version = await this.call('POST', versions, { version_id: '1.0.0', base_url: baseUrl });
    this.#plugin = { id: id!, version: version.id! };
    await this.call('POST', `${versions}/${version.id}/batching_configurations`, {
      plugin_version_id: version.id,
      enable_batching: true,
      batch_flush_max_size: linesPerBatch,
      batch_flush_max_age_ms: 600_000,
    });
  }

  /** An active feed. */
  async feed(): Promise<{ id: string; session_id: string; segment_id: string; datamart_id: string }> {
    const segment = await this.call('POST', '/v1/audience_segments', {
      name: 's',
      datamart_id: '1',
      organisation_id: '1',
    });
    const { id, version } = this.#plugin;
    const body = { segment_id: segment.id, plugin_id: id, plugin_version_id: version };
    const feed = await this.call('POST', feedsPath, body);
    return (await this.call('POST', `${feedsPath}/${feed.id}/activate`)) as never;
  }

  /** Lets hardly an update go to the plugin. */
  async holdBack(): Promise<void> {
    const { id, version } = this.#plugin;
    await this.call('POST', `/v1/plugins/${id}/versions/${version}/throttlings`, {
      scope: 'GLOBAL',
      plugin_endpoint: '/v1/user_segment_update',
      max_qps: 0.01,
    });
  }

  /** Deletes a feed with everything it holds. */
  async discard(feedId: string): Promise<void> {
    await this.call('DELETE', `${feedsPath}/${feedId}?mode=discard`);
    while ((await this.#status('GET', `${feedsPath}/${feedId}`)) === 200) await sleep(20);
  }

  async push(feedId: string, chunks: Iterable<string | Buffer>): Promise<void> {
    const { rejected } = (await this.call('POST', `${feedsPath}/${feedId}/user_segment_updates`, chunks)) as never;
    if (rejected !== 0) throw new Error(`${rejected} updates were rejected`);
  }

  /** Resolves once every update of the feeds is done and every line delivered. */
  async finish(feedIds: readonly string[], onLook: () => void = () => {}): Promise<void> {
    for (const feedId of feedIds) {
      for (;;) {
        onLook();
        const { updates, lines } = (await this.call('GET', `${feedsPath}/${feedId}/ledger`)) as unknown as FeedLedger;
        if (updates.dead + lines.dead > 0) throw new Error('something died');
        const waiting = updates.open + updates.sealed + updates.in_flight;
        if (waiting === 0 && lines.open + lines.sealed + lines.in_flight === 0) break;
        if (waiting === 0 && lines.open > 0) await this.call('POST', `${feedsPath}/${feedId}/drain`);
        await sleep(20);
      }
    }
  }

  /** Resolves once every update of all feeds is done and every batch that is full delivered; groups that are not full stay open. */
  async quiet(): Promise<void> {
    for (;;) {
      const response = await this.#pool.request({
        method: 'GET',
        path: '/metrics',
        headers: { authorization: this.#token },
      });
      const text = await response.body.text();
      const lines = (stage: string, state: string) =>
        Number(new RegExp(`batchfeed_lines\\{stage="${stage}",state="${state}"\\} (\\d+)`).exec(text)?.[1]);
      if (lines('update', 'dead') + lines('batch', 'dead') > 0) throw new Error('something died');
      const waiting = ['open', 'sealed', 'in_flight'].map((state) => lines('update', state));
      const sent = ['sealed', 'in_flight'].map((state) => lines('batch', state));
      if ([...waiting, ...sent].every((count) => count === 0)) return;
      await sleep(50);
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #status(method: 'GET', path: string): Promise<number> {
    const { statusCode, body } = await this.#pool.request({ method, path, headers: { authorization: this.#token } });
    await body.dump();
    return statusCode;
  }

  async call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object | Iterable<string | Buffer>,
  ): Promise<Record<string, string>> {
    const isStream = body !== undefined && Symbol.iterator in body;
    const response = await this.#pool.request({
      method,
      path,
      headers: {
        authorization: this.#token,
        ...(body === undefined ? {} : { 'content-type': isStream ? 'application/x-ndjson' : 'application/json' }),
      },
      ...(body === undefined
        ? {}
        : {
            body: isStream
              ? Readable.from(body as Iterable<string | Buffer>, { objectMode: false })
              : JSON.stringify(body),
          }),
    });
    const text = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`${method} ${path}: ${text}`);
    return (JSON.parse(text) as { data: Record<string, string> }).data;
  }
}
