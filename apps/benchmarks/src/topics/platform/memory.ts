import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import type { TopicContext } from '../../topic.ts';
import { Operator } from './operator.ts';
import { startPlatform, startPlugin } from './processes.ts';
import { manyUpdates, ndjson } from './updates.ts';

const total = Number(process.env.BATCHFEED_MEMORY_UPDATES ?? 1_000_000);
const piece = 50_000;

/** Resident memory of the platform while a million updates pass. */
export const memory = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  const plugin = await startPlugin();
  const platform = await startPlatform();
  const operator = new Operator(platform);
  try {
    await operator.register(plugin.url, 500);
    const { id } = await operator.feed();
    const samples: { done: number; mb: number }[] = [];
    let done = 0;
    const watch = setInterval(() => samples.push({ done, mb: platform.residentMb() }), 100);
    const updates = manyUpdates(total);
    const startedAt = performance.now();
    while (done < total) {
      await operator.push(id, ndjson(take(updates, piece)));
      done += piece;
      if (done % 250_000 === 0)
        say(`${done.toLocaleString('en')} updates taken in, ${Math.round(platform.residentMb())} MB`);
    }
    await operator.finish([id]);
    clearInterval(watch);
    const seconds = (performance.now() - startedAt) / 1_000;
    const late = samples.filter((sample) => sample.done >= 100_000);
    const half = Math.floor(late.length / 2);
    const growth = median(late.slice(half).map(({ mb }) => mb)) - median(late.slice(0, half).map(({ mb }) => mb));
    return [
      figureOf(
        `resident memory over ${total.toLocaleString('en')} updates, largest`,
        [Math.max(...samples.map(({ mb }) => mb))],
        {
          unit: 'MB',
          bound: { is: '<=', limit: 350 },
          detail: `${Math.round(total / seconds)} updates/s`,
        },
      ),
      figureOf('its growth after the first 100,000, second half against first', [growth], {
        unit: 'MB',
        bound: { is: '<=', limit: 35 },
      }),
    ];
  } finally {
    await operator.close();
    await platform.stop();
    await plugin.stop();
  }
};

function* take(items: Iterator<string>, count: number): Generator<string> {
  for (let index = 0; index < count; index += 1) {
    const next = items.next();
    if (next.done) return;
    yield next.value;
  }
}
