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
const updates = 1_200;
/** Uploads of a round, each to a feed of its own, one after the other. */
const uploads = 4;
const warmUps = 8;
const batchSize = 500;

const perSecond = (milliseconds: number) => ((updates * uploads) / milliseconds) * 1_000;

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
  // One for all rounds, so that both sides run code that has been run before. Each upload has a feed of its own, whose updates leave with it.
  const platform = await startPlatform();
  const operator = new Operator(platform);
  const ours = async (texts: readonly string[]) => {
    let milliseconds = 0;
    for (let from = 0; from < texts.length; from += updates) {
      const { id } = await operator.feed();
      const chunks = Array.from(ndjson(texts.slice(from, from + updates)), (chunk) => Buffer.from(chunk));
      const startedAt = performance.now();
      await operator.push(id, chunks);
      milliseconds += performance.now() - startedAt;
      await operator.discard(id);
    }
    return perSecond(milliseconds);
  };
  try {
    await operator.register(plugin.url, 100);
    await operator.holdBack();
    // V8 takes some tens of thousands of updates to make its best code of ours; the raw loop is native code all along.
    say('warming up');
    for (let seed = 0; seed < warmUps; seed += 1) await ours(updateTexts(updates * uploads, 400 + seed));
    const values = await interleave(
      {
        ours: (round) => ours(updateTexts(updates * uploads, 300 + round)),
        raw: async (round) => raw(updateTexts(updates * uploads, 300 + round)),
      },
      { onRound: (round) => say(round === 0 ? 'warming up' : `round ${round}: ${updates * uploads} updates taken in`) },
    );
    return [
      figureOf('ingest, updates/s against JSON.parse and raw inserts', ratios(values.ours, values.raw), {
        bound: { is: '>=', limit: 0.7 },
        detail: `${Math.round(median(values.ours))}/s, raw ${Math.round(median(values.raw))}/s`,
      }),
    ];
  } finally {
    await operator.close();
    await platform.stop();
    await plugin.stop();
  }
};
