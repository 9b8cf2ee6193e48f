import { toXml } from '@batchfeed/shop-batch-server';
import { Pool } from 'undici';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { startServer } from './processes.ts';

const calls = 500;

/** A batch that reads a collection of 200 items, answered as XML and as JSON; and the two writers alone. */
export const xmlAnswer = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  say('200 items as XML and as JSON');
  const server = await startServer('batch');
  const pool = new Pool(server.url, { connections: 1 });
  const body = JSON.stringify({
    data: { requests: [{ method: 'GET', uri: `${server.url}/products?page=0&limit=200&full=1` }] },
  });
  const ask = async (accept: string): Promise<string> => {
    const headers = { accept, 'content-type': 'application/json' };
    const answer = await pool.request({ method: 'POST', path: '/batch', headers, body });
    return answer.body.text();
  };
  const tree = JSON.parse(await ask('application/json')) as unknown;
  const xml = await ask('application/xml');
  if (xml.split('<item>').length !== 201 || xml !== toXml(tree)) throw new Error('not the answer that was asked for');

  const microseconds = async (work: () => unknown): Promise<number> => {
    const startedAt = performance.now();
    for (let call = 0; call < calls; call += 1) await work();
    return ((performance.now() - startedAt) / calls) * 1_000;
  };
  const processorTime = (work: () => unknown): number => {
    const before = process.cpuUsage();
    for (let call = 0; call < calls; call += 1) work();
    return process.cpuUsage(before).user / calls;
  };
  const values = await interleave(
    {
      xml: () => microseconds(() => ask('application/xml')),
      json: () => microseconds(() => ask('application/json')),
      toXml: async () => processorTime(() => Buffer.from(toXml(tree))),
      stringify: async () => processorTime(() => Buffer.from(JSON.stringify(tree))),
    },
    { rounds: 9 },
  );
  await pool.close();
  await server.stop();

  const bound = { is: '<=', limit: 3 } as const;
  const each = (series: readonly number[]) => `${median(series).toFixed(0)} µs`;
  return [
    figureOf('XML answer of 200 items, time against the JSON answer', ratios(values.xml, values.json), {
      bound,
      detail: `${each(values.xml)} over HTTP, JSON ${each(values.json)}`,
    }),
    figureOf('the writer of XML alone, time against JSON.stringify', ratios(values.toXml, values.stringify), {
      detail: `${each(values.toXml)}, JSON.stringify ${each(values.stringify)}`,
    }),
  ];
};
