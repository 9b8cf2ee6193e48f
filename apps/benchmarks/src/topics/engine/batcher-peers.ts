import { Batcher, type BatchLine } from '@batchfeed/batcher';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import { requirePeers } from '../../peers.ts';
import type { TopicContext } from '../../topic.ts';
import { batchLines, nanosecondsEach, policy } from './lines.ts';

const LINES = 200_000;
const KEYS = 1_000;

interface Pacer {
  Batcher: new (
    work: (items: BatchLine[]) => void,
    options: { maxSize: number; wait: number },
  ) => { addItem(item: BatchLine): void };
  AsyncBatcher: new (
    work: (items: BatchLine[]) => Promise<void>,
    options: { maxSize: number; wait: number },
  ) => { addItem(item: BatchLine): unknown };
}
type DataLoader = new (
  load: (items: readonly BatchLine[]) => Promise<number[]>,
  options: { cache: boolean; maxBatchSize: number },
) => { load(item: BatchLine): Promise<number> };

/** One of something for each key, made when the key first comes. */
function perKey<T>(make: () => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    let one = made.get(key);
    if (one === undefined) {
      one = make();
      made.set(key, one);
    }
    return one;
  };
}

/** The same lines through other libraries that batch, one object for each key. */
export async function batcherPeers({ say }: TopicContext): Promise<MeasuredFigure[]> {
  const versions = { '@tanstack/pacer': '0.22.0', dataloader: '2.2.3' };
  const require = await requirePeers('engine', versions, say);
  const pacer = require('@tanstack/pacer') as Pacer;
  const dataLoader = require('dataloader') as DataLoader;
  const lines = batchLines(LINES, KEYS);
  const options = { maxSize: policy.maxLines, wait: 3_600_000 };
  say('the same against TanStack Pacer and dataloader');
  async function asyncNanoseconds(work: () => Promise<unknown>): Promise<number> {
    const startedAt = process.hrtime.bigint();
    await work();
    return Number(process.hrtime.bigint() - startedAt) / LINES;
  }
  const values = await interleave({
    ours: async () =>
      nanosecondsEach(LINES, () => {
        const batcher = new Batcher<BatchLine>({ policy });
        for (const line of lines) batcher.add(line, 1_700_000_000_000);
        batcher.drain();
      }),
    pacer: async () =>
      nanosecondsEach(LINES, () => {
        const of = perKey(() => new pacer.Batcher(() => {}, { ...options, wait: Number.POSITIVE_INFINITY }));
        for (const line of lines) of(line.key).addItem(line);
      }),
    asyncPacer: () =>
      asyncNanoseconds(async () => {
        const of = perKey(() => new pacer.AsyncBatcher(async () => {}, { ...options, wait: Number.POSITIVE_INFINITY }));
        for (const line of lines) void of(line.key).addItem(line);
      }),
    dataLoader: () =>
      asyncNanoseconds(() => {
        const settings = { cache: false, maxBatchSize: policy.maxLines };
        const of = perKey(() => new dataLoader(async (items) => items.map(() => 1), settings));
        return Promise.all(lines.map((line) => of(line.key).load(line)));
      }),
  });
  function peer(name: string, peerValues: readonly number[]): MeasuredFigure {
    return figureOf(`batcher.add, times as fast as ${name} kept by key`, ratios(peerValues, values.ours), {
      bound: { is: '>=', limit: 10 },
      detail: `${median(values.ours).toFixed(0)} ns a line, ${name} ${median(peerValues).toFixed(0)} ns`,
    });
  }
  return [
    peer('TanStack Batcher', values.pacer),
    peer('TanStack AsyncBatcher', values.asyncPacer),
    peer('dataloader', values.dataLoader),
  ];
}
