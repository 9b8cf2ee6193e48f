import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { Operator } from './operator.ts';
import { startPlatform, startPlugin } from './processes.ts';
import { ndjson, updateTexts } from './updates.ts';

/** Fewer than the platform holds for one feed while nothing leaves it. */
const updates = 3_000;
const batchSize = 500;

const perSecond = (milliseconds: number) => (updates / milliseconds) * 1_000;

const raw = (texts: readonly string[]): number => {
  const folder = mkdtempSync(join(tmpdir(), 'batchfeed-bench-'));
  const db = new Sqlite(join(folder, 'raw.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE line (id INTEGER PRIMARY KEY, user TEXT NOT NULL, content TEXT NOT NULL)');
  const insert = db.prepare('INSERT INTO line (user, content) VALUES (?, ?)');
  const startedAt = performance.now();
  for (let from = 0; from < texts.length; from += batchSize) {
    db.transaction(() => {
      for (const text of texts.slice(from, from + batchSize)) {
        const { user_identifiers: identifiers } = JSON.parse(text) as { user_identifiers: { user_point_id: string }[] };
        insert.run(identifiers[0]?.user_point_id ?? '', text);
      }
    })();
  }
  const rate = perSecond(performance.now() - startedAt);
  db.close();
  rmSync(folder, { recursive: true });
  return rate;
};

/** NDJSON over HTTP accepted durably, against `JSON.parse` and raw inserts of the same lines. */
export const ingest = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  const plugin = await startPlugin();
  const ours = async (texts: readonly string[]) => {
    const platform = await startPlatform();
    const operator = new Operator(platform);
    await operator.register(plugin.url, 100);
    await operator.holdBack();
    const { id } = await operator.feed();
    const chunks = [...ndjson(texts)];
    // The first upload meets code that nothing has warmed up yet.
    await operator.push(id, ndjson(updateTexts(1_000, 1)));
    const startedAt = performance.now();
    await operator.push(id, chunks);
    const rate = perSecond(performance.now() - startedAt);
    await operator.close();
    await platform.stop();
    return rate;
  };
  try {
    const values = await interleave(
      {
        ours: (round) => ours(updateTexts(updates, 300 + round)),
        raw: async (round) => raw(updateTexts(updates, 300 + round)),
      },
      { onRound: (round) => say(round === 0 ? 'warming up' : `round ${round}: ${updates} updates taken in`) },
    );
    return [
      figureOf('ingest, updates/s against JSON.parse and raw inserts', ratios(values.ours, values.raw), {
        bound: { is: '>=', limit: 0.6 },
        detail: `${Math.round(median(values.ours))}/s, raw ${Math.round(median(values.raw))}/s`,
      }),
    ];
  } finally {
    await plugin.stop();
  }
};
