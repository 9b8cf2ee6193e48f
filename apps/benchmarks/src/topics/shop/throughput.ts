import { Pool } from 'undici';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import { requirePeers } from '../../peers.ts';
import type { TopicContext } from '../../topic.ts';
import { peerVersions } from './batch-servers.ts';
import { startServer } from './processes.ts';
import { batchSize } from './rows.ts';

const count = 20_000;
const json = { accept: 'application/json', 'content-type': 'application/json' };

const batches = (write: (ids: readonly number[]) => unknown): string[] =>
  Array.from({ length: count / batchSize }, (_, batch) =>
    JSON.stringify(write(Array.from({ length: batchSize }, (_, place) => batch * batchSize + place))),
  );

const ask = async (pool: Pool, method: 'GET' | 'POST', path: string, body: string | null = null): Promise<string> => {
  const { statusCode, body: answer } = await pool.request({ method, path, headers: json, body });
  const text = await answer.text();
  if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}: ${text.slice(0, 200)}`);
  return text;
};

const perSecond = async (work: () => Promise<void>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return (count / (performance.now() - startedAt)) * 1_000;
};

/** The answers are those of all requests, or what follows is not worth comparing. */
const check = (text: string, ids: (answer: never) => unknown[]): void => {
  const given = ids(JSON.parse(text) as never);
  if (given.length !== batchSize || given.some((id, index) => id !== String(index))) throw new Error('wrong answers');
};

/** 20,000 requests in batches, one by one over keep-alive, and in the batches of another framework. */
export const throughput = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  await requirePeers('shop', peerVersions, say);
  say(`${count.toLocaleString('en')} requests in batches of ${batchSize}`);
  const [ours, hapi] = await Promise.all([startServer('batch'), startServer('hapi')]);
  const pools = { ours: new Pool(ours.url, { connections: 1 }), hapi: new Pool(hapi.url, { connections: 1 }) };
  const ourBatches = batches((ids) => ({
    data: { requests: ids.map((id) => ({ method: 'GET', uri: `${ours.url}/products/${id}` })) },
  }));
  const hapiBatches = batches((ids) => ({ requests: ids.map((id) => ({ method: 'get', path: `/products/${id}` })) }));

  const first = await ask(pools.ours, 'POST', '/batch', ourBatches[0]);
  check(first, (answer: { requests: { request: { response: { body: { id: string } } }[] } }) =>
    answer.requests.request.map(({ response }) => response.body.id),
  );
  check(await ask(pools.hapi, 'POST', '/batch', hapiBatches[0]), (answer: { id: string }[]) =>
    answer.map(({ id }) => id),
  );
  const send = (pool: Pool, bodies: readonly string[]) => () =>
    perSecond(async () => {
      for (const body of bodies) await ask(pool, 'POST', '/batch', body);
    });
  const values = await interleave({
    ours: send(pools.ours, ourBatches),
    hapi: send(pools.hapi, hapiBatches),
    single: () =>
      perSecond(async () => {
        for (let id = 0; id < count; id += 1) await ask(pools.ours, 'GET', `/products/${id}`);
      }),
  });
  await Promise.all([pools.ours.close(), pools.hapi.close()]);
  await Promise.all([ours.stop(), hapi.stop()]);

  const rate = (series: readonly number[]) => `${Math.round(median(series))} requests/s`;
  return [
    figureOf('batches, requests/s against one after the other', ratios(values.ours, values.single), {
      bound: { is: '>=', limit: 4 },
      detail: `${rate(values.ours)}, single ${rate(values.single)}`,
    }),
    figureOf('batches, requests/s against @hapi/hapi with bassmaster', ratios(values.ours, values.hapi), {
      bound: { is: '>=', limit: 2 },
      detail: `${rate(values.ours)}, bassmaster ${rate(values.hapi)} (it starts all requests of a batch at once)`,
    }),
  ];
};
