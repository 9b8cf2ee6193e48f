import { createServer } from 'node:http';
import type { Send } from '@batchfeed/delivery';
import type Sqlite from 'better-sqlite3';
import { Pool } from 'undici';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { inTurn } from '../../in-turn.ts';
import { interleave, ratios } from '../../interleave.ts';
import { withScratchFolder } from '../../scratch-folder.ts';
import type { TopicContext } from '../../topic.ts';
import { content } from './lines.ts';
import { insertRaw, openRaw } from './raw-rows.ts';
import { perSecond, withEngine } from './sqlite-engine.ts';

const COUNT = 200_000;
const KEYS = 1000;
const PRODUCERS = 200;
const CONNECTIONS = 8;
const ROWS_A_BATCH = 500;

type Post = (body: string) => Promise<number>;

/** The whole way to a partner that does nothing, against reading, posting and deleting the same rows by hand. */
export async function durableDelivery({ say }: TopicContext): Promise<MeasuredFigure[]> {
  say('appending, sealing, delivering to a local HTTP partner and settling');
  return withPartner(async (post) => {
    const send: Send = async ({ lines }) => {
      const status = await post(`[${lines.map((line) => line.content).join()}]`);
      return status === 200 ? { kind: 'delivered' } : { kind: 'retry', reason: 'The partner failed.', status };
    };
    const values = await interleave({
      ours: () =>
        withEngine({ send, concurrency: CONNECTIONS }, (engine) =>
          perSecond(COUNT, async () => {
            await inTurn(COUNT, PRODUCERS, (index) =>
              engine.append([{ destination: 'partner', key: `key-${index % KEYS}`, content: content(index) }]),
            );
            await engine.drain();
            await engine.idle();
          }),
        ),
      raw: () =>
        withScratchFolder(async (folder) => {
          const db = openRaw(folder);
          const rate = await perSecond(COUNT, async () => {
            insertRaw(db, COUNT, KEYS);
            await deliverRaw(db, post);
          });
          db.close();
          return rate;
        }),
    });
    return [
      figureOf(
        'append to settled over HTTP, rate against raw better-sqlite3 and undici',
        ratios(values.ours, values.raw),
        {
          bound: { is: '>=', limit: 0.8 },
          detail: `${Math.round(median(values.ours))} lines/s, raw ${Math.round(median(values.raw))}`,
        },
      ),
    ];
  });
}

async function withPartner<T>(work: (post: Post) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS });
  try {
    return await work(async (body) => {
      const { statusCode, body: answer } = await pool.request({ path: '/', method: 'POST', body });
      await answer.dump();
      return statusCode;
    });
  } finally {
    await pool.close();
    server.close();
  }
}

async function deliverRaw(db: Sqlite.Database, post: Post): Promise<void> {
  const read = db.prepare<[number], { id: number; content: string }>(
    'SELECT id, content FROM line ORDER BY id LIMIT ?',
  );
  const drop = db.prepare('DELETE FROM line WHERE id <= ?');
  for (;;) {
    const rows = read.all(ROWS_A_BATCH);
    const last = rows.at(-1);
    if (last === undefined) return;
    await post(`[${rows.map((row) => row.content).join()}]`);
    db.transaction(() => drop.run(last.id))();
  }
}
