import { describe, expect, it } from 'vitest';
import { answerParts, part, pause, sizes, startClient, type TestAnswer } from './test-server.ts';

const echo: TestAnswer = ({ requests }, response) =>
  answerParts(
    response,
    requests.map((request) => part(request, 200, request.data)),
  );
const create = (n: number) => ({ method: 'POST', uri: 'products', data: { n } }) as const;

describe('request', () => {
  it('puts requests made together into one batch and answers each', async () => {
    const { server, client } = await startClient(echo);
    const rows = await Promise.all([1, 2, 3].map((n) => client.request(create(n))));
    expect(rows.map(({ body }) => body)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(sizes(server)).toEqual([3]);
  });

  it('fills the next batch while one is under way', async () => {
    let answerFirst = () => {};
    const held = new Promise<void>((resolve) => {
      answerFirst = resolve;
    });
    const { server, client } = await startClient(
      async (...all) => {
        await held;
        await echo(...all);
      },
      { maxWaitMs: 5 },
    );
    const rows = [client.request(create(0))];
    while (server.calls.length === 0) await pause(1);
    for (let n = 1; n <= 4; n += 1) {
      await pause(8);
      rows.push(client.request(create(n)));
    }
    answerFirst();
    await Promise.all(rows);
    expect(sizes(server)).toEqual([1, 4]);
  });

  it('takes a request out when its caller gives up, and sends its neighbours', async () => {
    const { server, client } = await startClient(echo, { maxWaitMs: 300 });
    const both = [client.request(create(1), { signal: AbortSignal.timeout(5) }), client.request(create(2))];
    expect(await Promise.all(both)).toMatchObject([
      { outcome: 'unsent', reason: 'ABORTED', attempts: 0 },
      { outcome: 'succeeded', body: { n: 2 } },
    ]);
    expect(server.calls[0]?.requests).toMatchObject([{ data: { n: 2 } }]);
  });

  it('ends one under way at its deadline, unknown for a write, while the batch goes on', async () => {
    const { client } = await startClient(
      async (...all) => {
        await pause(600);
        await echo(...all);
      },
      { maxWaitMs: 20 },
    );
    const startedAt = Date.now();
    const late = client.request(create(1), { deadlineMs: 200 });
    const read = client.request({ method: 'GET', uri: 'products' }, { deadlineMs: 200 });
    const patient = client.request(create(2));
    expect(await Promise.all([late, read])).toMatchObject([
      { outcome: 'unknown', reason: 'ABORTED', attempts: 1 },
      { outcome: 'failed', reason: 'ABORTED', attempts: 1 },
    ]);
    expect(Date.now() - startedAt).toBeLessThan(550);
    expect(await patient).toMatchObject({ outcome: 'succeeded' });
  });

  it('does not send what was given up before it was asked for, nor what is no request', async () => {
    const { server, client } = await startClient(echo);
    expect(await client.request(create(1), { signal: AbortSignal.abort() })).toMatchObject({ outcome: 'unsent' });
    expect(await client.request({ method: 'GET', uri: '' })).toMatchObject({
      outcome: 'failed',
      reason: 'REQUEST_INVALID',
    });
    expect(server.calls).toHaveLength(0);
  });

  it('does not retry a row its caller has given up on', async () => {
    const { server, client } = await startClient((_, response) => void response.destroy(), {
      maxWaitMs: 1,
      backoff: { baseMs: 200, maxMs: 200 },
    });
    const row = await client.request({ method: 'PUT', uri: 'products/1', data: {} }, { deadlineMs: 60 });
    expect(row).toMatchObject({ outcome: 'unknown', attempts: 1 });
    await pause(300);
    expect(server.calls).toHaveLength(1);
  });
});
