import { generateUpdates, linesPerBatch } from '@batchfeed/app-demo';
import type { UpdateLine } from '@batchfeed/schemas';
import { Pool } from 'undici';

/** Which feed the plugin is called for. */
export interface FeedContext {
  feed_id: string;
  session_id: string;
  datamart_id: string;
  segment_id: string;
}

interface Line {
  grouping_key: string;
  content: unknown;
}

/**
 * The plugin calls of the main job and nothing else: one for each update, as many at once as the platform makes, and
 * one for every 200 lines of a grouping key, one after the other. Nothing is stored, ordered across keys, or repeated.
 */
export const runBareLoop = async (
  plugin: string,
  context: FeedContext,
  options: { updates: number; seed: number; connections: number },
): Promise<void> => {
  const pool = new Pool(plugin, { connections: options.connections });
  const post = async (path: string, body: unknown): Promise<{ data?: Line[] }> => {
    const { statusCode, body: answer } = await pool.request({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    // 400 is how a plugin says that an update has no identifier it could use.
    if (statusCode !== 200 && statusCode !== 400) throw new Error(`${path} answered ${statusCode}: ${text}`);
    return JSON.parse(text);
  };

  const open = new Map<string, unknown[]>();
  const sending = new Map<string, Promise<unknown>>();
  const send = (groupingKey: string): void => {
    const batch_content = open.get(groupingKey) ?? [];
    open.set(groupingKey, []);
    const { feed_id, session_id, segment_id, datamart_id } = context;
    const batchContext = {
      endpoint: '/v1/batch_update',
      feed_id,
      feed_session_id: session_id,
      segment_id,
      datamart_id,
      grouping_key: groupingKey,
    };
    const body = { batch_content, ts: Date.now(), context: batchContext };
    const before = sending.get(groupingKey) ?? Promise.resolve();
    sending.set(
      groupingKey,
      before.then(() => post('/v1/batch_update', body)),
    );
  };
  const update = async (line: UpdateLine): Promise<void> => {
    const { data = [] } = await post('/v1/user_segment_update', { ...context, user_profiles: [], ...line });
    for (const { grouping_key, content } of data) {
      const lines = open.get(grouping_key) ?? [];
      open.set(grouping_key, lines);
      if (lines.push(content) === linesPerBatch) send(grouping_key);
    }
  };

  const updates = generateUpdates(options);
  const worker = async () => {
    for (const line of updates) await update(line);
  };
  await Promise.all(Array.from({ length: options.connections }, worker));
  for (const [groupingKey, lines] of open) if (lines.length > 0) send(groupingKey);
  await Promise.all(sending.values());
  await pool.close();
};
