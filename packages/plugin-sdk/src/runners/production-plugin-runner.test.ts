import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PluginProcess, post } from '../plugin-process.fixture.ts';
import { buildUpdate } from '../testing.ts';

const processes: PluginProcess[] = [];
const start = (environment?: Record<string, string>) => {
  const started = new PluginProcess(environment);
  processes.push(started);
  return started;
};
afterEach(async () => {
  for (const started of processes.splice(0)) await started.stop();
});

const update = '/v1/user_segment_update';
const level = async (url: string, change?: string) => {
  const options = change === undefined ? {} : { method: 'PUT', body: JSON.stringify({ level: change }) };
  return (await fetch(`${url}/v1/log_level`, { ...options, headers: { connection: 'close' } })).json();
};

describe('one process', () => {
  it('says one JSON line on stdout and logs to stderr', async () => {
    const started = start();
    const url = await started.url();
    await post(url, '/v1/external_segment_creation', { feed_id: '1' });
    expect(started.stdout).toBe(`${JSON.stringify({ event: 'listening', url })}\n`);
    await vi.waitFor(() => expect(started.stderr).toContain('\n'), { timeout: 20_000 });
    expect(JSON.parse(started.stderr.trim().split('\n')[0]!)).toMatchObject({
      level: 'info',
      route: '/v1/external_segment_creation',
      feed_id: '1',
      status: 200,
      duration_ms: expect.any(Number),
    });
  });

  it('counts what it answers', async () => {
    const url = await start().url();
    await post(url, update, buildUpdate());
    await post(url, update, { feed_id: '1' });
    await fetch(`${url}/whatever`);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const count = (route: string, status: number) =>
      `plugin_request_duration_seconds_count{method="${route === update ? 'POST' : 'GET'}",route="${route}",status="${status}"} 1`;
    expect(metrics).toContain(count(update, 200));
    expect(metrics).toContain(count(update, 400));
    expect(metrics).toContain(count('unknown', 404));
  });

  it('exits 0 on SIGINT', async () => {
    const started = start();
    await started.url();
    started.kill('SIGINT');
    expect(await started.exited).toBe(0);
  });

  it.each([
    ['the port is taken', async () => ({ PLUGIN_PORT: String(await taken()) })],
    ['PLUGIN_PORT must be a port number', async () => ({ PLUGIN_PORT: 'eighty' })],
  ])('says in a sentence that it cannot start: %s', async (sentence, environment) => {
    const started = start(await environment());
    expect(await started.exited).toBe(1);
    expect(started.stderr).toMatch(/^The plugin could not start: .+\n$/);
    expect(started.stderr).toContain(sentence);
  });
});

describe('several processes', () => {
  it('listen on one port, change the log level together, and stop together', async () => {
    const started = start({ CLUSTER: 'yes' });
    const url = await started.url();
    const pids = new Set<string>();
    for (let call = 0; call < 30; call += 1) {
      const response = await fetch(url + update, {
        method: 'POST',
        body: JSON.stringify({ ...buildUpdate(), order: 'tell pid' }),
        headers: { connection: 'close' },
      });
      pids.add(((await response.json()) as { message: string }).message);
    }
    expect(pids.size).toBeGreaterThan(0);
    await level(url, 'debug');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const levels = await Promise.all(Array.from({ length: 8 }, () => level(url)));
    expect(new Set(levels.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"level":"DEBUG"}']));
    started.kill('SIGTERM');
    expect(await started.exited).toBe(0);
  });
});

it('starts another process in the place of one that is killed, and answers meanwhile', async () => {
  const started = start({ CLUSTER: 'yes' });
  const url = await started.url();
  const answeringPid = async (): Promise<number> => {
    const body = JSON.stringify({ ...buildUpdate(), order: 'tell pid' });
    const response = await fetch(url + update, { method: 'POST', body, headers: { connection: 'close' } });
    return Number(((await response.json()) as { message: string }).message);
  };
  await level(url, 'warn');
  const killed = await answeringPid();
  process.kill(killed, 'SIGKILL');
  await vi.waitFor(() => expect(started.stderr).toContain(`Process ${killed} died.`), { timeout: 20_000 });
  const pids = new Set<number>();
  for (let call = 0; call < 200 && pids.size < 2; call += 1) {
    pids.add(await answeringPid().catch(() => killed));
    pids.delete(killed);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(pids.size).toBe(Math.min(2, availableParallelism()));
  // Round robin: all are asked.
  for (let call = 0; call < 8; call += 1) expect(await level(url)).toEqual({ level: 'WARN' });
});

const blockers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of blockers.splice(0)) server.close();
});
const taken = async (): Promise<number> => {
  const server = createServer();
  blockers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
