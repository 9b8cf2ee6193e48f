/** An operator without a console: sets up what a test is not about, and looks at what came of it. */
export class Operator {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** The `data` of the answer. @throws Error with the answer when it is a refusal */
  async call<T = Record<string, unknown>>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<T> {
    const isText = typeof body === 'string';
    const response = await fetch(`${this.#url}/v1${path}`, {
      method,
      headers: {
        authorization: this.#token,
        ...(body === undefined ? {} : { 'content-type': isText ? 'application/x-ndjson' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { data: T };
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer.data;
  }

  /** Sends lines of NDJSON to a feed. */
  async send(feedId: string, ndjson: string): Promise<void> {
    await this.call('POST', `/audience_segment_external_feeds/${feedId}/user_segment_updates`, ndjson);
  }

  /** A token of this role. */
  async issueToken(name: string, role: 'read' | 'operate'): Promise<string> {
    return (await this.call<{ token: string }>('POST', '/api_tokens', { name, role })).token;
  }

  /** A plugin with one active version that listens there, without batching. */
  async plugin(artifact: string, baseUrl: string): Promise<{ pluginId: string; versionId: string }> {
    const { id: pluginId } = await this.call<{ id: string }>('POST', '/plugins', {
      plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED',
      organisation_id: '1',
      group_id: 'io.batchfeed.examples',
      artifact_id: artifact,
    });
    const { id: versionId } = await this.call<{ id: string }>('POST', `/plugins/${pluginId}/versions`, {
      version_id: '1.0.0',
      base_url: baseUrl,
    });
    await this.call('PUT', `/plugins/${pluginId}/versions/${versionId}`, { status: 'ACTIVE' });
    return { pluginId, versionId };
  }

  /** A feed of a segment of its own, not active yet. */
  async feed(plugin: { pluginId: string; versionId: string }, name: string): Promise<string> {
    const segment = { name, datamart_id: '1', organisation_id: '1' };
    const { id } = await this.call<{ id: string }>('POST', '/audience_segments', segment);
    const body = { segment_id: id, plugin_id: plugin.pluginId, plugin_version_id: plugin.versionId, name };
    return (await this.call<{ id: string }>('POST', '/audience_segment_external_feeds', body)).id;
  }
}
