import type { Readable } from 'node:stream';
import {
  type CreateFeed,
  type CreatePlugin,
  type CreateSegment,
  type FeedResource,
  type FeedStatistics,
  feedResourceSchema,
  feedStatisticsSchema,
  type IngestReport,
  ingestReportSchema,
  type WorkerCredentials,
  workerCredentialsSchema,
} from '@batchfeed/schemas';
import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { DemoError } from './demo-error.ts';

const createdSchema = z.object({ id: z.string() });
const answerSchema = z.object({ data: z.unknown().optional(), error: z.string().optional() });

const parseAnswer = (text: string): z.infer<typeof answerSchema> => {
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch {
    return { error: `not an answer of the platform: ${text.slice(0, 200)}` };
  }
};

/** The calls of the platform's operator API that a run makes. A refusal is an `OPERATOR_REFUSED`. */
export class OperatorClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  createPlugin(body: CreatePlugin): Promise<string> {
    return this.#create('/v1/plugins', body);
  }

  createVersion(pluginId: string, versionId: string): Promise<string> {
    return this.#create(`/v1/plugins/${pluginId}/versions`, { version_id: versionId });
  }

  async updateVersion(pluginId: string, versionId: string, change: { base_url?: string; status?: 'ACTIVE' }) {
    await this.#json('PUT', `/v1/plugins/${pluginId}/versions/${versionId}`, change);
  }

  /** Where a version listens. */
  async versionUrl(pluginId: string, versionId: string): Promise<string> {
    const version = await this.#json('GET', `/v1/plugins/${pluginId}/versions/${versionId}`);
    return z.object({ base_url: z.string() }).parse(version).base_url;
  }

  async createWorkerCredentials(pluginId: string, versionId: string): Promise<WorkerCredentials> {
    const path = `/v1/plugins/${pluginId}/versions/${versionId}/worker_credentials`;
    return workerCredentialsSchema.parse(await this.#json('POST', path, {}));
  }

  createBatchingConfiguration(pluginId: string, versionId: string, maxLines: number): Promise<string> {
    return this.#create(`/v1/plugins/${pluginId}/versions/${versionId}/batching_configurations`, {
      plugin_version_id: versionId,
      enable_batching: true,
      batch_flush_max_size: maxLines,
    });
  }

  createSegment(body: CreateSegment): Promise<string> {
    return this.#create('/v1/audience_segments', body);
  }

  createFeed(body: CreateFeed): Promise<string> {
    return this.#create('/v1/audience_segment_external_feeds', body);
  }

  async feed(feedId: string): Promise<FeedResource> {
    return feedResourceSchema.parse(await this.#json('GET', this.#feed(feedId)));
  }

  async setFeedProperty(feedId: string, name: string, value: string): Promise<void> {
    const path = `${this.#feed(feedId)}/properties/technical_name=${name}`;
    await this.#json('PUT', path, { property_type: 'STRING', value: { value } });
  }

  /** Makes the platform call the plugin's `external_segment_creation` and `external_segment_connection`. */
  async activate(feedId: string): Promise<void> {
    await this.#json('POST', `${this.#feed(feedId)}/activate`, {});
  }

  /** Streams NDJSON in; resolves once everything accepted is on disk. */
  async upload(feedId: string, ndjson: Readable): Promise<IngestReport> {
    const path = `${this.#feed(feedId)}/user_segment_updates`;
    return ingestReportSchema.parse(await this.#send('POST', path, 'application/x-ndjson', ndjson));
  }

  /** Seals every open batch. */
  async drain(feedId: string): Promise<void> {
    await this.#json('POST', `${this.#feed(feedId)}/drain`, {});
  }

  async statistics(feedId: string): Promise<FeedStatistics> {
    return feedStatisticsSchema.parse(await this.#json('GET', `${this.#feed(feedId)}/statistics`));
  }

  #feed(feedId: string): string {
    return `/v1/audience_segment_external_feeds/${feedId}`;
  }

  async #create(path: string, body: object): Promise<string> {
    return createdSchema.parse(await this.#json('POST', path, body)).id;
  }

  #json(method: Dispatcher.HttpMethod, path: string, body?: object): Promise<unknown> {
    return this.#send(method, path, 'application/json', body && JSON.stringify(body));
  }

  async #send(method: Dispatcher.HttpMethod, path: string, type: string, body?: string | Readable): Promise<unknown> {
    const { statusCode, text } = await this.#exchange(method, path, type, body);
    const { data, error } = parseAnswer(text);
    if (statusCode >= 200 && statusCode < 300 && error === undefined) return data;
    throw new DemoError(
      'OPERATOR_REFUSED',
      `the platform answered ${method} ${path} with ${statusCode}: ${error}`,
      'its log has the details under the same error id',
    );
  }

  async #exchange(method: Dispatcher.HttpMethod, path: string, type: string, body?: string | Readable) {
    try {
      const response = await request(`${this.#url}${path}`, {
        method,
        headers: { authorization: this.#token, ...(body === undefined ? {} : { 'content-type': type }) },
        ...(body === undefined ? {} : { body }),
        // An upload is answered when its last line is on disk, as long as that takes.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      return { statusCode: response.statusCode, text: await response.body.text() };
    } catch (cause) {
      throw new DemoError(
        'OPERATOR_REFUSED',
        `the platform did not answer ${method} ${path}: ${(cause as Error).message}`,
        'see its log for why',
        { cause },
      );
    }
  }
}
