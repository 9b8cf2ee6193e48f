import { Pool } from 'undici';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { Operator } from './operator.ts';
import { startPlatform, startPlugin } from './processes.ts';
import { ndjson, updateTexts } from './updates.ts';

const updates = 40_000;
const linesPerBatch = 200;
/** As many calls at once as the platform makes to one feed's plugin. */
const connections = 64;

/** The plugin calls of the same updates, one after the other on each connection, with nothing stored, ordered or repeated. */
const bareLoop = async (pool: Pool, texts: readonly string[], suffix: string): Promise<void> => {
  const post = async (path: string, body: string): Promise<string> => {
    const response = await pool.request({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body,
    });
    return response.body.text();
  };
  const open = new Map<string, string[]>();
  const sending: Promise<unknown>[] = [];
  const send = (key: string, lines: string[]) => {
    sending.push(
      post('/v1/batch_update', `{"batch_content":[${lines.join()}],"ts":0,"context":{"grouping_key":"${key}"}}`),
    );
  };
  const iterator = texts.values();
  const worker = async () => {
    for (const text of iterator) {
      const answer = JSON.parse(await post('/v1/user_segment_update', text.slice(0, -1) + suffix)) as {
        data: { grouping_key: string; content: unknown }[];
      };
      for (const { grouping_key: key, content } of answer.data) {
        const lines = open.get(key) ?? [];
        open.set(key, lines);
        if (lines.push(JSON.stringify(content)) < linesPerBatch) continue;
        send(key, lines);
        open.delete(key);
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  for (const [key, lines] of open) send(key, lines);
  await Promise.all(sending);
};

/** Durable ingest, plugin calls, durable lines and batches delivered, against the plugin calls alone. */
export const endToEnd = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  const plugin = await startPlugin();
  const platform = await startPlatform();
  const operator = new Operator(platform);
  const pool = new Pool(plugin.url, { connections });
  try {
    await operator.register(plugin.url, linesPerBatch);
    const feed = await operator.feed();
    const { id: feed_id, session_id, datamart_id, segment_id } = feed;
    const suffix = `,${JSON.stringify({ feed_id, session_id, datamart_id, segment_id }).slice(1)}`;
    const perSecond = async (work: () => Promise<void>) => {
      const startedAt = performance.now();
      await work();
      return (updates / (performance.now() - startedAt)) * 1_000;
    };
    const values = await interleave(
      {
        platform: (round) => {
          // What is uploaded lies there ready to be sent, as the texts of the bare loop do.
          const chunks = Array.from(ndjson(updateTexts(updates, 100 + round)), (chunk) => Buffer.from(chunk));
          return perSecond(async () => {
            await operator.push(feed_id, chunks);
            await operator.finish([feed_id]);
          });
        },
        bare: (round) => {
          const texts = updateTexts(updates, 200 + round);
          return perSecond(() => bareLoop(pool, texts, suffix));
        },
      },
      { onRound: (round) => say(round === 0 ? 'warming up' : `round ${round}: ${updates} updates each way`) },
    );
    const rate = (rates: number[]) => `${Math.round(median(rates))}/s`;
    return [
      figureOf('updates/s end to end, against a bare undici loop', ratios(values.platform, values.bare), {
        bound: { is: '>=', limit: 0.65 },
        detail: `${rate(values.platform)} through the platform, ${rate(values.bare)} in the bare loop`,
      }),
    ];
  } finally {
    await pool.close();
    await operator.close();
    await platform.stop();
    await plugin.stop();
  }
};
