import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { pointsIn } from './generator/moves.ts';
import { readRunState } from './run-state.ts';
import { shopUser } from './stack.ts';
import { type RunningProcess, runProcess, scripts } from './testing/run-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const updates = 1_500;
const runDemo = (folder: string, ...args: string[]): RunningProcess =>
  runProcess(scripts.demo, ['--data-dir', folder, '--updates', String(updates), ...args]);

const resultOf = (stdout: string) => {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  expect(last).toMatch(/^RESULT \{/);
  return JSON.parse(last.slice('RESULT '.length));
};

const correct = { updates, dead: 0, open: 0, lost: 0, duplicates_at_partner: 0 };

const expectCorrect = async (run: RunningProcess) => {
  const { code, stdout, stderr } = await run.ended;
  expect(stderr).toBe('');
  expect(stdout).toContain('✓ the shop holds exactly the people of the segment');
  const result = resultOf(stdout);
  expect(result).toMatchObject(correct);
  expect(result.delivered).toBe(result.lines);
  expect(result.lines).toBeGreaterThan(pointsIn(updates) / 2);
  const { batches, ideal_batches: ideal, lines, ...byType } = result.by_identifier_type;
  expect(byType).toEqual({ updates: updates / 5, delivered: lines, open: 0, lost: 0, overtaken: 0 });
  // Each of the two types fills its batches by itself, whatever the users do.
  expect(batches).toBeLessThanOrEqual(ideal + 6);
  expect(code).toBe(0);
  return result;
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const serverPids = (folder: string) => readRunState(folder)!.pids!;

describe('the main job', () => {
  it('delivers a segment, checks the shop and says so in its last line', async () => {
    const folder = join(temporaryFolder(), 'data');
    const result = await expectCorrect(runDemo(folder));
    expect(result.batches).toBeGreaterThanOrEqual(Math.ceil(result.lines / 200));
    expect(Object.values(serverPids(folder)).filter(isAlive)).toEqual([]);
  });

  it('begins anew on the folder of a finished run', async () => {
    const folder = temporaryFolder();
    const first = await expectCorrect(runDemo(folder));
    const second = await expectCorrect(runDemo(folder));
    expect(second.lines).toBe(first.lines);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stops in good order on %s, and the next start finishes', async (signal) => {
    const folder = temporaryFolder();
    const first = runDemo(folder, '--updates', '6000');
    await first.printed(/Sending 6,000 updates/);
    await sleep(700);
    first.kill(signal);
    const { code, stdout } = await first.ended;
    expect(stdout).toContain('The next start');
    expect(stdout).not.toContain('RESULT');
    expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(Object.values(serverPids(folder)).filter(isAlive)).toEqual([]);

    const { code: secondCode, stdout: secondOutput } = await runDemo(folder).ended;
    expect(secondOutput).toContain('Going on with the run of 6,000 updates');
    expect(resultOf(secondOutput)).toMatchObject({ ...correct, updates: 6_000 });
    expect(secondCode).toBe(0);
  });

  it.each(['platform', 'plugin', 'shop'] as const)(
    'loses nothing when the %s is killed, and the next start finishes',
    async (server) => {
      const folder = temporaryFolder();
      const first = runDemo(folder, '--updates', '6000');
      await first.printed(/Sending 6,000 updates/);
      await sleep(700);
      process.kill(serverPids(folder)[server], 'SIGKILL');
      const { code, stderr } = await first.ended;
      expect(stderr).toContain(`the ${server} ended unexpectedly with SIGKILL`);
      expect(stderr).toContain('starting again goes on from here');
      expect(code).toBe(1);

      const { code: secondCode, stdout } = await runDemo(folder).ended;
      expect(resultOf(stdout)).toMatchObject({ ...correct, updates: 6_000 });
      expect(secondCode).toBe(0);
    },
  );

  it('loses nothing by identifier type when that plugin is killed, and the next start finishes', async () => {
    const folder = temporaryFolder();
    const first = runDemo(folder, '--updates', '6000');
    await first.printed(/Sending 1,200 updates .* by identifier type/);
    await sleep(200);
    process.kill(serverPids(folder).identifierPlugin, 'SIGKILL');
    const { code, stderr } = await first.ended;
    expect(stderr).toContain('the plugin by identifier type ended unexpectedly with SIGKILL');
    expect(code).toBe(1);

    const { code: secondCode, stdout } = await runDemo(folder).ended;
    const { by_identifier_type: byType, ...result } = resultOf(stdout);
    expect(result).toMatchObject({ ...correct, updates: 6_000 });
    expect(byType).toMatchObject({ updates: 1_200, open: 0, lost: 0, overtaken: 0 });
    expect(secondCode).toBe(0);
  });

  it.each([0, 300, 600])('can be stopped %i ms after its start, before anything is sent', async (delay) => {
    const folder = temporaryFolder();
    const first = runDemo(folder);
    await first.printed(/is kept in/);
    await sleep(delay);
    first.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
    await expectCorrect(runDemo(folder));
  });

  it('ends at once on a second signal, and still loses nothing', async () => {
    const folder = temporaryFolder();
    const first = runDemo(folder, '--updates', '6000');
    await first.printed(/Sending 6,000 updates/);
    await sleep(500);
    first.kill('SIGINT');
    await sleep(20);
    first.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
    expect(Object.values(serverPids(folder)).filter(isAlive)).toEqual([]);
    const { code, stdout } = await runDemo(folder).ended;
    expect(resultOf(stdout)).toMatchObject({ ...correct, updates: 6_000 });
    expect(code).toBe(0);
  });

  it('fails when the shop holds somebody it should not', async () => {
    const folder = temporaryFolder();
    const run = runDemo(folder);
    await run.printed(/Sending/);
    const { ports, shopPassword } = readRunState(folder)!;
    const stranger = await request(`http://127.0.0.1:${ports.shop}/newsletterSubscribers`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${shopUser}:${shopPassword}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ data: { email: 'stranger@elsewhere.example' } }),
    });
    expect(stranger.statusCode).toBe(201);
    const { code, stdout } = await run.ended;
    expect(stdout).toContain('✗ people in the shop who should not be there: 1, such as stranger@elsewhere.example');
    expect(resultOf(stdout)).toMatchObject({ ...correct, lost: 1 });
    expect(code).toBe(1);
  });

  it('leaves no server behind when it is killed itself', async () => {
    const folder = temporaryFolder();
    const run = runDemo(folder);
    await run.printed(/Sending/);
    const pids = Object.values(serverPids(folder));
    expect(pids.filter(isAlive)).toHaveLength(4);
    run.kill('SIGKILL');
    await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
    await expectCorrect(runDemo(folder));
  });

  it('keeps the servers with --keep until it is told to stop', async () => {
    const folder = temporaryFolder();
    const run = runDemo(folder, '--keep', '--updates', '100');
    await run.printed(/until Ctrl-C/);
    const pids = Object.values(serverPids(folder));
    await sleep(300);
    expect(pids.filter(isAlive)).toHaveLength(4);
    run.kill('SIGINT');
    const { code, stdout } = await run.ended;
    expect(resultOf(stdout)).toMatchObject({ ...correct, updates: 100 });
    expect(code).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe('a data folder that cannot be used', () => {
  const refused = async (run: RunningProcess): Promise<string> => {
    const { code, stdout, stderr } = await run.ended;
    expect(code).toBe(1);
    expect(stdout).not.toContain('RESULT');
    return stderr;
  };

  it('in use by another run', async () => {
    const folder = temporaryFolder();
    const first = runDemo(folder);
    await first.printed(/Sending/);
    expect(await refused(runDemo(folder))).toContain(`is in use by process ${first.pid}`);
    await expectCorrect(first);
  });

  it('with the files of something else', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'precious'));
    expect(await refused(runDemo(folder))).toContain('"precious"');
  });

  it('that is no folder', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(await refused(runDemo(join(file, 'data')))).toContain('cannot be written');
  });
});
