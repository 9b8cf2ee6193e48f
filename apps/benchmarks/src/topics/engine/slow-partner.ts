import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@batchfeed/delivery';
import { openSqliteStore } from '@batchfeed/store-sqlite';
import { figureOf, type MeasuredFigure } from '../../figure.ts';
import type { TopicContext } from '../../topic.ts';
import { content, policy } from './lines.ts';

const chunk = 100;
const keys = 1_000;
const concurrency = 8;

/** Passes lines through an engine and says how many a second and how large the process became. */
const pass = async (count: number, msPerLine: number, say: (line: string) => void) => {
  const folder = mkdtempSync(join(tmpdir(), 'batchfeed-bench-'));
  const store = await openSqliteStore({ file: join(folder, 'lines.db') });
  let delivered = 0;
  const engine = await openEngine({
    store,
    log: 'lines',
    policy,
    concurrency,
    send: async ({ lines }) => {
      if (msPerLine > 0) await new Promise((resolve) => setTimeout(resolve, msPerLine * lines.length));
      delivered += lines.length;
      return { kind: 'delivered' };
    },
  });
  let largest = 0;
  const watch = setInterval(() => {
    largest = Math.max(largest, process.memoryUsage().rss);
  }, 50);
  const news = setInterval(() => say(`${delivered.toLocaleString('en')} lines delivered`), 20_000);
  const startedAt = performance.now();
  for (let from = 0; from < count; from += chunk) {
    const lines = Array.from({ length: chunk }, (_, offset) => {
      const index = from + offset;
      return { destination: 'partner', key: `key-${index % keys}`, content: content(index) };
    });
    await engine.append(lines);
  }
  await engine.drain();
  await engine.idle();
  const seconds = (performance.now() - startedAt) / 1_000;
  clearInterval(watch);
  clearInterval(news);
  await engine.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  return { perSecond: count / seconds, largest, delivered };
};

/** Memory while five million lines pass and the partner takes a tenth of what comes. Run in a process of its own. */
export const slowPartner = async ({ say }: TopicContext, count = 5_000_000): Promise<MeasuredFigure[]> => {
  const free = await pass(200_000, 0, () => {});
  // So many batches at once, each line of them this long: a tenth of the rate of a partner that takes no time.
  const msPerLine = (concurrency * 1_000) / (free.perSecond / 10);
  say(
    `${count.toLocaleString('en')} lines against a partner ten times too slow (${Math.round(free.perSecond / 10)} lines/s)`,
  );
  const slow = await pass(count, msPerLine, say);
  const detail = `${Math.round(slow.perSecond)} lines/s, ${(count - slow.delivered).toLocaleString('en')} lost`;
  return [
    figureOf('resident memory, the partner 10 × too slow', [slow.largest / 1024 / 1024], {
      unit: 'MB',
      bound: { is: '<=', limit: 400 },
      detail,
    }),
    figureOf('lines lost meanwhile', [count - slow.delivered], { unit: 'lines', bound: { is: '<=', limit: 0 } }),
  ];
};
