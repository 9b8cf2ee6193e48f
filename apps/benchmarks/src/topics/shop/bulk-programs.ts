import { limitYoungGeneration, ShopBatchClient } from '@batchfeed/shop-batch-client';
import axios, { type AxiosRequestConfig } from 'axios';
import { batchSize, productRow, productRows } from './rows.ts';

/** What a run took of its machine, over its whole life. */
export interface BulkCost {
  /** Processor time, user and system. */
  cpuSeconds: number;
  seconds: number;
  /** Largest resident memory of the process, as the kernel saw it, in MB. */
  peakMb: number;
  /** Largest resident memory in each quarter of the rows, in MB. */
  quartersMb: number[];
}

const megabyte = 1024 * 1024;

/** Runs the work and says what it cost; `work` tells after every batch how far it is, from 0 to 1. */
const costOf = async (work: (at: (share: number) => void) => Promise<void>): Promise<BulkCost> => {
  const quartersMb = [0, 0, 0, 0];
  let calls = 0;
  const startedAt = performance.now();
  await work((share) => {
    calls += 1;
    // Asking the kernel costs a few microseconds: every tenth batch is often enough.
    if (calls % 10 !== 0) return;
    const quarter = Math.min(3, Math.floor(share * 4));
    quartersMb[quarter] = Math.max(quartersMb[quarter]!, process.memoryUsage.rss() / megabyte);
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, seconds, peakMb: process.resourceUsage().maxRSS / 1024, quartersMb };
};

const throughClient = (url: string, count: number) => async (at: (share: number) => void) => {
  const client = new ShopBatchClient({
    baseUrl: url,
    auth: { kind: 'basic', username: 'shop', password: 'secret' },
    requestsPerSecond: Number.POSITIVE_INFINITY,
  });
  let ended = 0;
  const summary = await client.bulk(productRows(count), {
    onRow: () => {
      ended += 1;
      if (ended % batchSize === 0) at(ended / count);
    },
  });
  if (summary.succeeded !== count || ended !== count) throw new Error(`not all arrived: ${JSON.stringify(summary)}`);
};

/** What nobody can do without: make the rows, write them as JSON, send them. The answers are received, not looked into. */
const throughLoop = (url: string, count: number) => async (at: (share: number) => void) => {
  const headers = {
    authorization: `Basic ${Buffer.from('shop:secret').toString('base64')}`,
    accept: 'application/json',
    'content-type': 'application/json',
  };
  const settings: AxiosRequestConfig = {
    headers,
    responseType: 'text',
    transformResponse: [],
    proxy: false,
    maxRedirects: 0,
  };
  for (let from = 0; from < count; from += batchSize) {
    const requests = [];
    for (let index = from; index < from + batchSize; index += 1) {
      const { method, uri, data } = productRow(index);
      requests.push({ method, uri: url + uri, data });
    }
    const { status } = await axios.post(`${url}batch`, JSON.stringify({ data: { requests } }), settings);
    if (status !== 200) throw new Error(`status ${status}`);
    at((from + batchSize) / count);
  }
};

/** As a program runs it that cares for its memory; the `shop-batch` command is one. */
const limited = (url: string, count: number) => {
  limitYoungGeneration();
  return throughClient(url, count);
};

const ways = { client: throughClient, limited, loop: throughLoop } as const;
export type BulkWay = keyof typeof ways;

/** Arguments: which way, the server's address, how many rows. */
export const runBulk = async ([way, url, count]: readonly string[]): Promise<void> => {
  const cost = await costOf(ways[way as BulkWay](url!, Number(count)));
  process.stdout.write(JSON.stringify(cost));
};
