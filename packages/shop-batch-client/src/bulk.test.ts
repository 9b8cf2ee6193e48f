import { describe, expect, it } from 'vitest';
import type { BulkProgress } from './progress.ts';
import { answerJson, answerParts, part, pause, sizes, startClient, type TestAnswer } from './test-server.ts';

const echo: TestAnswer = ({ requests }, response) =>
  answerParts(
    response,
    requests.map((request) => part(request)),
  );
const put = (n: number) => ({ method: 'PUT', uri: `products/${n}`, data: { n } }) as const;
const rows = (count: number) => Array.from({ length: count }, (_, n) => put(n));
async function* slowly(count: number, ms: number) {
  for (let n = 0; n < count; n += 1) {
    await pause(ms);
    yield put(n);
  }
}

describe('bulk', () => {
  it('sends full batches, one at a time, in order', async () => {
    const { server, client } = await startClient(echo);
    const seen: number[] = [];
    const summary = await client.bulk(rows(450), { onRow: ({ index }) => void seen.push(index) });
    expect(summary).toMatchObject({ rows: 450, succeeded: 450, failed: 0, unknown: 0, unsent: 0 });
    expect(sizes(server)).toEqual([200, 200, 50]);
    expect(seen).toEqual(rows(450).map(({ data }) => data.n));
  });

  it('reads no further ahead than it must', async () => {
    let read = 0;
    let answered = 0;
    let furthest = 0;
    function* source() {
      for (const row of rows(200)) {
        read += 1;
        furthest = Math.max(furthest, read - answered);
        yield row;
      }
    }
    const { client } = await startClient(
      async (call, response, count) => {
        await pause(2);
        answered += call.requests.length;
        await echo(call, response, count);
      },
      { maxRequests: 10 },
    );
    await client.bulk(source());
    // One batch under way, one sealed behind it, and the row that opens the next.
    expect(furthest).toBeLessThanOrEqual(31);
  });

  it('does not let a slow source hold rows back', async () => {
    const { server, client } = await startClient(echo);
    await client.bulk(slowly(6, 25), { maxWaitMs: 60 });
    expect(server.calls.length).toBeGreaterThan(1);
    expect(sizes(server).reduce((a, b) => a + b)).toBe(6);
  });

  it('stops reading when the shop turns every batch away, and says why', async () => {
    const { server, client } = await startClient((_, response) => answerJson(response, 401, { message: 'no' }), {
      maxRequests: 2,
    });
    const summary = await client.bulk(slowly(1_000, 1));
    expect(summary.stopped).toMatchObject({ reason: 'BATCH_REFUSED' });
    expect(summary.rows).toBe(summary.unsent);
    expect(summary.rows).toBeLessThan(30);
    expect(server.calls).toHaveLength(1);
  });

  it('stops gently: what is under way is waited for, the rest stays unsent', async () => {
    const stop = new AbortController();
    const { client } = await startClient(
      async (...all) => {
        stop.abort();
        await echo(...all);
      },
      { maxRequests: 2 },
    );
    const summary = await client.bulk(rows(100), { stop: stop.signal });
    expect(summary).toMatchObject({ succeeded: 2, unknown: 0, failed: 0 });
    expect(summary.rows).toBe(2 + summary.unsent);
  });

  it('does not wait for a source that is stuck', async () => {
    const { client } = await startClient(echo);
    async function* stuck() {
      yield put(1);
      await new Promise(() => {});
    }
    expect(await client.bulk(stuck(), { signal: AbortSignal.timeout(20) })).toMatchObject({ rows: 1, unsent: 1 });
    expect(await client.bulk(stuck(), { signal: AbortSignal.abort() })).toMatchObject({ rows: 0 });
  });

  it('rejects with what the source or a listener threw, after every row read has been reported', async () => {
    const { client } = await startClient(echo, { maxRequests: 3 });
    async function* broken() {
      for (const row of rows(7)) yield row;
      throw new Error('file damaged');
    }
    const seen: number[] = [];
    const run = client.bulk(broken(), { onRow: ({ index }) => void seen.push(index) });
    await expect(run).rejects.toThrow('file damaged');
    expect(seen.sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (const onRow of [
      () => {
        throw new Error('disk full');
      },
      async () => {
        throw new Error('disk full');
      },
    ]) {
      await expect(client.bulk(rows(9), { onRow })).rejects.toThrow('disk full');
    }
    const beforeSend = () => Promise.reject(new Error('no journal'));
    const ends: string[] = [];
    const unwritten = client.bulk(rows(2), { beforeSend, onRow: ({ result }) => void ends.push(result.outcome) });
    await expect(unwritten).rejects.toThrow('no journal');
    expect(ends).toEqual(['unsent', 'unsent']);
  });

  it('tells the positions of rows before they go out, again when they go again', async () => {
    const { client } = await startClient((call, response, count) =>
      count === 1 ? void response.destroy() : echo(call, response, count),
    );
    const told: (readonly number[])[] = [];
    await client.bulk([{ method: 'POST', uri: 'x' }, put(1), put(2)], {
      beforeSend: (sent) => void told.push(sent.map(({ index }) => index)),
    });
    expect(told).toEqual([
      [0, 1, 2],
      [1, 2],
    ]);
  });

  it('looks first for what an earlier run may have done', async () => {
    const { server, client } = await startClient(({ requests }, response) =>
      answerParts(
        response,
        requests.map((request) => part(request, request.method === 'GET' ? 404 : 201)),
      ),
    );
    const ends: string[] = [];
    const doubtful = true;
    await client.bulk(
      [
        { method: 'POST', uri: 'products/a', data: {}, doubtful },
        { method: 'POST', uri: 'products', data: {}, doubtful },
        { ...put(1), doubtful },
      ],
      {
        onRow: ({ index, result }) => {
          ends[index] = result.outcome;
        },
      },
    );
    expect(ends).toEqual(['succeeded', 'unknown', 'succeeded']);
    expect(server.calls.map(({ requests }) => requests.map(({ method }) => method))).toEqual([
      ['GET', 'PUT'],
      ['POST'],
    ]);
  });

  it('tells its progress, with the time left when the total is known', async () => {
    const { client } = await startClient(
      async (...all) => {
        await pause(5);
        await echo(...all);
      },
      { maxRequests: 10 },
    );
    const told: BulkProgress[] = [];
    await client.bulk(rows(50), { total: 50, progressEveryMs: 1, onProgress: (progress) => void told.push(progress) });
    expect(told.length).toBeGreaterThan(3);
    expect(told[0]?.secondsLeft).toBeGreaterThan(0);
    expect(told.at(-1)).toMatchObject({ rows: 50, settled: 50, succeeded: 50, secondsLeft: 0 });
    expect(told.at(-1)?.bytes).toBeGreaterThan(50 * 60);
    expect(told.map(({ settled }) => settled)).toEqual(told.map(({ settled }) => settled).sort((a, b) => a - b));
  });
});

describe('bulkRows', () => {
  it('yields every row and returns the summary', async () => {
    const { client } = await startClient(echo, { maxRequests: 3 });
    const run = client.bulkRows(rows(10));
    const seen: number[] = [];
    let next = await run.next();
    for (; !next.done; next = await run.next()) seen.push(next.value.index);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(next.value).toMatchObject({ rows: 10, succeeded: 10 });
  });

  it('sends no faster than rows are taken, and stops when the loop is left', async () => {
    const { server, client } = await startClient(echo, { maxRequests: 3 });
    for await (const { index } of client.bulkRows(rows(1_000))) {
      await pause(5);
      if (index === 4) break;
    }
    expect(server.calls.length).toBeLessThanOrEqual(3);
  });

  it('throws what the source threw, after its rows', async () => {
    const { client } = await startClient(echo);
    async function* broken() {
      yield put(1);
      throw new Error('file damaged');
    }
    const seen: number[] = [];
    const loop = async () => {
      for await (const { index } of client.bulkRows(broken())) seen.push(index);
    };
    await expect(loop()).rejects.toThrow('file damaged');
    expect(seen).toEqual([0]);
  });
});
