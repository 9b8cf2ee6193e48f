import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedLedger } from '@batchfeed/schemas';
import { Pool } from 'undici';

const FEEDS = '/v1/audience_segment_external_feeds';
/** States of lines that are on their way to the plugin. */
const MOVING = ['waiting', 'open', 'sealed', 'in_flight'];
const SENT = ['sealed', 'in_flight'];

/** A plugin version that an operator registered. */
export interface Registered {
  readonly id: string;
  readonly version: string;
}

export interface Feed {
  readonly id: string;
  readonly session_id: string;
  readonly segment_id: string;
  readonly datamart_id: string;
}

/** What a body is made of. */
export type Chunks = Iterable<string | Buffer> | AsyncIterable<string | Buffer>;

/** An operator of one platform. */
export class Operator {
  readonly #pool: Pool;
  readonly #token: string;
  #plugin: Registered = { id: '', version: '' };

  constructor({ url, token }: { readonly url: string; readonly token: string }) {
    // A connection that idled through the other side's turn may be closed just as it is used again.
    this.#pool = new Pool(url, {
      connections: 16,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 1000,
      keepAliveMaxTimeout: 1000,
    });
    this.#token = token;
  }

  /** Registers a plugin, which is that of new feeds from then on. Batches are sealed when full, or when drained. */
  async register(baseUrl: string, linesPerBatch: number, maxAgeMs = 600_000): Promise<Registered> {
    const kind = { plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED', organisation_id: '1', group_id: 'bench' };
    const { id } = await this.call<{ id: string }>('POST', '/v1/plugins', { ...kind, artifact_id: `bench ${baseUrl}` });
    const versions = `/v1/plugins/${id}/versions`;
    const version = await this.call<{ id: string }>('POST', versions, { version_id: '1.0.0', base_url: baseUrl });
    this.#plugin = { id, version: version.id };
    await this.call('POST', `${versions}/${version.id}/batching_configurations`, {
      plugin_version_id: version.id,
      enable_batching: true,
      batch_flush_max_size: linesPerBatch,
      batch_flush_max_age_ms: maxAgeMs,
    });
    return this.#plugin;
  }

  /** An active feed, of the plugin that was registered last by default. */
  async feed({ id, version }: Registered = this.#plugin): Promise<Feed> {
    const segment = await this.call<{ id: string }>('POST', '/v1/audience_segments', {
      name: 's',
      datamart_id: '1',
      organisation_id: '1',
    });
    const body = { segment_id: segment.id, plugin_id: id, plugin_version_id: version };
    const feed = await this.call<{ id: string }>('POST', FEEDS, body);
    return this.call('POST', `${FEEDS}/${feed.id}/activate`);
  }

  /** Lets hardly an update go to the plugin. */
  async holdBack({ id, version }: Registered = this.#plugin): Promise<void> {
    await this.call('POST', `/v1/plugins/${id}/versions/${version}/throttlings`, {
      scope: 'GLOBAL',
      plugin_endpoint: '/v1/user_segment_update',
      max_qps: 0.01,
    });
  }

  /** Deletes a feed with everything it holds. */
  async discard(feedId: string): Promise<void> {
    await this.call('DELETE', `${FEEDS}/${feedId}?mode=discard`);
    while ((await this.#status(`${FEEDS}/${feedId}`)) === 200) await sleep(20);
  }

  async push(feedId: string, chunks: Chunks): Promise<void> {
    const path = `${FEEDS}/${feedId}/user_segment_updates`;
    const { rejected } = await this.call<{ rejected: number }>('POST', path, chunks);
    if (rejected !== 0) throw new Error(`${rejected} updates were rejected`);
  }

  /** An upload that is given up as soon as its chunks come to an end. */
  async pushAndHangUp(feedId: string, chunks: AsyncIterable<string | Buffer>): Promise<void> {
    const giveUp = new AbortController();
    async function* body(): AsyncGenerator<string | Buffer> {
      yield* chunks;
      giveUp.abort();
      await new Promise(() => {});
    }
    await this.#pool
      .request({
        method: 'POST',
        path: `${FEEDS}/${feedId}/user_segment_updates`,
        headers: { authorization: this.#token, 'content-type': 'application/x-ndjson' },
        body: Readable.from(body(), { objectMode: false }),
        signal: giveUp.signal,
      })
      .catch(() => {});
  }

  ledger(feedId: string): Promise<FeedLedger> {
    return this.call('GET', `${FEEDS}/${feedId}/ledger`);
  }

  /** Batches of a feed that its plugin took. */
  async deliveredBatches(feedId: string): Promise<number> {
    const path = `${FEEDS}/${feedId}/statistics/sessions`;
    const sessions = await this.call<{ batches_delivered: number }[]>('GET', path);
    return sessions.reduce((sum, { batches_delivered: batches }) => sum + batches, 0);
  }

  /** Resolves once every update of the feeds is done and every line delivered. */
  async finish(feedIds: readonly string[], onLook: () => void = () => {}): Promise<void> {
    for (const feedId of feedIds) {
      for (;;) {
        onLook();
        const { updates, lines } = await this.ledger(feedId);
        if (updates.dead + lines.dead > 0) throw new Error('something died');
        const [moving, left] = [updates, lines].map((of) => of.waiting + of.open + of.sealed + of.in_flight);
        if (moving === 0 && left === 0) break;
        if (moving === 0 && lines.open > 0) await this.call('POST', `${FEEDS}/${feedId}/drain`);
        await sleep(20);
      }
    }
  }

  /** Resolves once every update of all feeds is done and every full batch delivered; groups that are not full stay open. */
  async quiet(): Promise<void> {
    for (;;) {
      const text = await this.#text('/metrics');
      const lines = (stage: string, state: string) =>
        Number(new RegExp(`batchfeed_lines\\{stage="${stage}",state="${state}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
      const some = (stage: string, states: readonly string[]) => states.some((state) => lines(stage, state) > 0);
      if (lines('update', 'dead') + lines('batch', 'dead') > 0) throw new Error('something died');
      if (!some('update', MOVING) && !some('batch', SENT)) return;
      await sleep(50);
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #status(path: string): Promise<number> {
    const { statusCode, body } = await this.#get(path);
    await body.dump();
    return statusCode;
  }

  async #text(path: string): Promise<string> {
    return (await this.#get(path)).body.text();
  }

  #get(path: string) {
    return this.#pool.request({ method: 'GET', path, headers: { authorization: this.#token } });
  }

  /** The data of an answer. @throws Error when the answer is no 200 */
  async call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
    const response = await this.#pool.request({
      method,
      path,
      headers: { authorization: this.#token, ...contentType(body) },
      ...(body !== undefined && {
        body: isStream(body) ? Readable.from(body, { objectMode: false }) : JSON.stringify(body),
      }),
    });
    const text = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`${method} ${path}: ${text}`);
    const { data }: { data: T } = JSON.parse(text);
    return data;
  }
}

function isStream(body: object): body is Chunks {
  return Symbol.iterator in body || Symbol.asyncIterator in body;
}

function contentType(body: object | undefined): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': isStream(body) ? 'application/x-ndjson' : 'application/json' };
}
