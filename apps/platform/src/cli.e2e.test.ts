import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let folder: string;
let dataDir: string;
let url: string;
let platform: ChildProcessByStdio<null, Readable, null>;
let plugin: Server;
let pluginPort: number;
let batchStatus = 200;

/** A plugin with one line for every update; whether batches are well received is up to the test. */
const newPlugin = () =>
  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const [status, answer] = answerTo(request.url ?? '', body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });

// biome-ignore lint/suspicious/noExplicitAny: the bodies are the platform's
const answerTo = (path: string, body: any): [number, unknown] => {
  if (path === '/v1/user_segment_update') {
    const content = body.user_identifiers[0];
    return [200, { status: 'ok', data: [{ type: 'BATCH_DELIVERY', grouping_key: body.operation, content }] }];
  }
  if (path !== '/v1/batch_update') return [200, { status: 'ok' }];
  if (batchStatus !== 200) return [batchStatus, { status: 'ERROR', message: 'closed' }];
  return [200, { status: 'OK', sent_items_in_success: body.batch_content.length, sent_items_in_error: 0 }];
};

const listen = (server: Server, port = 0) =>
  new Promise<number>((resolve) =>
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

/** Runs the command without holding up this process, which the plugin lives in. */
const run = async (args: readonly string[], input?: string, env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { ...process.env, BATCHFEED_DATA_DIR: dataDir, BATCHFEED_API_URL: url, ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code: code as number, stdout, stderr };
};
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await run([...args, '--json']);
  if (stdout === '') throw new Error(`${args.join(' ')}: ${code} ${stderr}`);
  return JSON.parse(stdout);
};
const until = async (wanted: (statistics: never) => boolean) => {
  for (let tries = 0; tries < 100; tries += 1) {
    const statistics = await json('feed', 'stats', '1');
    if (wanted(statistics as never)) return statistics;
  }
  throw new Error('it never came to that');
};
const post = async (path: string, body: object) => {
  const authorization = readFileSync(join(dataDir, 'api-token'), 'utf8').trim();
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return ((await answer.json()) as { data: { id: string } }).data;
};
const get = async (path: string) => {
  const authorization = readFileSync(join(dataDir, 'api-token'), 'utf8').trim();
  return ((await (await fetch(`${url}${path}`, { headers: { authorization } })).json()) as { data: unknown }).data;
};
const updates = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ operation: 'UPSERT', user_identifiers: [{ type: 'USER_POINT', user_point_id: `u${index}` }] }),
  ).join('\n');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'batchfeed-cli-'));
  dataDir = join(folder, 'data');
  plugin = newPlugin();
  pluginPort = await listen(plugin);
  platform = spawn(process.execPath, [MAIN, 'serve', '--data-dir', dataDir, '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(platform.stdout, 'data');
  url = JSON.parse(String(line)).url;
  const kind = { plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED', organisation_id: '1', group_id: 'g', artifact_id: 'a' };
  const { id } = await post('/v1/plugins', kind);
  const base_url = `http://127.0.0.1:${pluginPort}`;
  const version = await post(`/v1/plugins/${id}/versions`, { version_id: '1.0.0', base_url });
  await post(`/v1/plugins/${id}/versions/${version.id}/batching_configurations`, {
    plugin_version_id: version.id,
    enable_batching: true,
    batch_flush_max_size: 5,
    batch_flush_max_age_ms: 200,
  });
});
afterAll(async () => {
  platform.kill('SIGTERM');
  await once(platform, 'close');
  plugin.closeAllConnections();
  plugin.close();
  rmSync(folder, { recursive: true });
});

describe('batchfeed', () => {
  it('takes a feed from creation to statistics, with dead letters on the way', async () => {
    const created = await json(
      'feed',
      'create',
      '--plugin-id',
      '1',
      '--version',
      '1.0.0',
      '--property',
      'a=b',
      '--activate',
    );
    expect(created).toMatchObject({ id: '1', status: expect.stringMatching(/ACTIVE|LIVE/) });
    expect((await run(['feed', 'list'])).stdout).toMatch(/^id +status[\s\S]*a@1\.0\.0/);

    writeFileSync(join(folder, 'updates.ndjson'), `${updates(12)}\nnonsense\n`);
    const pushed = await run(['feed', 'push', '1', 'updates.ndjson']);
    expect(pushed).toMatchObject({ code: 5, stdout: expect.stringMatching(/^12 accepted, 1 rejected\n {2}line 13:/) });
    expect(await run(['feed', 'push', '1'], updates(3))).toMatchObject({ code: 0, stdout: '3 accepted, 0 rejected\n' });
    await until(({ lines }: { lines: { delivered: number } }) => lines.delivered === 15);
    expect((await run(['feed', 'stats', '1', '--by', 'session'])).stdout).toMatch(/accepted[\s\S]* 15 +15 +15 /);
    expect((await run(['feed', 'stats', '1'])).stdout).toMatch(/batches +sealed +\d +\d+\.\d % full\nbatches +by \w+ /);
    expect((await run(['feed', 'explain', '1', '--user', 'u1'])).stdout).toMatch(/batch delivered at 20/);
    expect((await run(['feed', 'explain', '1'])).stdout).toContain('balanced true');

    batchStatus = 400;
    await run(['feed', 'push', '1'], updates(5));
    await until(({ lines }: { lines: { dead: number } }) => lines.dead === 5);
    expect((await run(['doctor'])).stdout).toContain('✗ feeds: feed 1 has dead letters');
    const listed = await run(['dead-letters', 'list', '1', '--http-status', '400']);
    expect(listed.stdout).toMatch(/batch-1-0 [\s\S]*closed[\s\S]*1 of 1/);
    const exported = await run(['dead-letters', 'export', '1', 'dead.ndjson']);
    expect(exported).toMatchObject({ code: 0, stdout: '1 dead letters written to dead.ndjson\n' });
    expect(JSON.parse(readFileSync(join(folder, 'dead.ndjson'), 'utf8')).contents).toHaveLength(5);
    writeFileSync(join(folder, 'dead.ndjson'), 'mine');
    const again = ['dead-letters', 'export', '1', 'dead.ndjson', '--json'];
    expect(await run(again)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--force') });
    expect(readFileSync(join(folder, 'dead.ndjson'), 'utf8')).toBe('mine');
    expect((await run(['dead-letters', 'export', '1', 'nowhere/dead.ndjson'])).stderr).toMatch(
      /^nowhere\/dead\.ndjson cannot be written: [^\n]*\n$/,
    );
    const forced = JSON.parse((await run([...again, '--force'])).stdout);
    const { size: bytes } = statSync(join(folder, 'dead.ndjson'));
    expect(forced).toEqual({ file: 'dead.ndjson', dead_letters: 1, bytes });
    batchStatus = 200;
    expect((await run(['dead-letters', 'replay', '1'])).code).toBe(2);
    expect(await json('dead-letters', 'replay', '1', 'batch-1-0', '--confirm')).toEqual({ replayed: 1 });
    await until(({ lines }: { lines: { delivered: number } }) => lines.delivered === 20);
    expect(await run(['doctor'])).toMatchObject({ code: 0, stdout: expect.not.stringContaining('✗') });

    expect((await json('feed', 'pause', '1')).status).toBe('PAUSED');
    expect((await run(['feed', 'push', '1'], updates(1))).code).toBe(4);
    expect((await json('feed', 'resume', '1')).session_id).toBe('2');
    expect((await run(['feed', 'resume', '1'])).code).toBe(4);
    expect((await json('feed', 'activate', '1')).session_id).toBe('2');
  });

  it('says of a whole segment what became of it, and of a file that is not there nothing else', async () => {
    const { id } = await json('feed', 'create', '--plugin-id', '1', '--version', '1.0.0', '--activate');
    const push = (input: string) => run(['feed', 'push', id, '--full'], input);
    expect(await push(updates(3))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\nwhole segment: 3 upserts, 0 deletes, 0 unchanged; 0 known before\n$/),
    });
    expect((await push(updates(2))).stdout).toMatch(
      /\nwhole segment: 0 upserts, 1 deletes, 2 unchanged; 3 known before\n$/,
    );
    expect((await push(`${updates(1)}\nnonsense\n`)).stdout).toMatch(/\n1 deletes withheld, [^\n]*\n {2}line 2: /);
    writeFileSync(join(folder, 'segment.ndjson'), updates(2));
    expect((await json('feed', 'push', id, 'segment.ndjson', '--full')).whole_segment).toMatchObject({
      deletes: 0,
      deletes_withheld: 0,
      unchanged: 2,
    });
    for (const file of ['nofile', '.']) {
      const { code, stdout, stderr } = await run(['feed', 'push', id, file]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^\S+ cannot be read: [^\n]*\n$/);
    }
    expect((await run(['feed', 'delete', id, '--mode', 'discard', '--wait'])).code).toBe(0);
  });

  it('says during and after an upload that the plugin does not answer, and since when', async () => {
    const { id } = await json('feed', 'create', '--plugin-id', '1', '--version', '1.0.0', '--activate');
    plugin.closeAllConnections();
    await new Promise((resolve) => plugin.close(resolve));
    const before = performance.now();
    const pushed = await run(['feed', 'push', id], updates(30));
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(pushed).toMatchObject({ code: 0, stdout: '30 accepted, 0 rejected\n' });
    expect(pushed.stderr).toMatch(/^ {2}the plugin does not answer since \d\d:\d\d:\d\d: 30 updates wait on disk\n$/);
    const row = new RegExp(`^${id} .* down since \\d\\d:\\d\\d:\\d\\d +30 updates, 0 lines`, 'm');
    expect((await run(['feed', 'list'])).stdout).toMatch(row);
    expect((await run(['feed', 'stats', id])).stdout).toMatch(
      /^plugin +answers +down since [\s\S]*30 updates, 0 lines/,
    );
    expect((await run(['feed', 'pause', id])).code).toBe(0);
    const resumed = await run(['feed', 'resume', id]);
    expect(resumed).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("the plugin's answer to the connection call"),
    });
    plugin = newPlugin();
    await listen(plugin, pluginPort);
    const gone = await run(['feed', 'delete', id, '--wait']);
    expect(gone).toMatchObject({ code: 0, stdout: `Feed ${id} is gone.\n` });
  });

  it('drains a feed, and deletes it while it says what that waits for', async () => {
    const { id } = await json('feed', 'create', '--plugin-id', '1', '--version', '1.0.0');
    expect((await json('feed', 'activate', id)).session_id).toBeDefined();
    await run(['feed', 'push', id], updates(3));
    expect(await run(['feed', 'drain', id])).toMatchObject({ code: 0, stdout: expect.stringContaining('delivered') });
    expect((await run(['feed', 'delete', id, '--mode', 'keep'])).code).toBe(2);
    const gone = await run(['feed', 'delete', id, '--wait']);
    expect(gone).toMatchObject({ code: 0, stdout: `Feed ${id} is gone.\n` });
    expect((await run(['feed', 'stats', id])).code).toBe(4);
  });

  it('gives a feed properties of the types its version declares', async () => {
    const plugin_properties = ['URL', 'INT', 'PASSWORD'].map((property_type) => ({
      technical_name: property_type.toLowerCase(),
      property_type,
      value: {},
    }));
    const { id: version } = await post('/v1/plugins/1/versions', { version_id: '2.0.0', plugin_properties });
    const create = ['feed', 'create', '--plugin-id', '1', '--version', '2.0.0', '--property'];
    expect(await run([...create, 'int=many'])).toMatchObject({ code: 2, stderr: expect.stringContaining('as INT') });
    const create_ = [...create.slice(0, -1), '--max-backlog-bytes'];
    expect(await run([...create_, '1000'])).toMatchObject({ code: 4, stderr: expect.stringContaining('one line') });
    const given = ['url=http://127.0.0.1:1', '--property', 'int=5', '--property', 'password=x', '--property', 'own=y'];
    const { id, plugin_version_id } = await json(...create, ...given);
    expect(plugin_version_id).toBe(version);
    expect(await get(`/v1/audience_segment_external_feeds/${id}/properties`)).toMatchObject([
      { property_type: 'URL', value: { url: 'http://127.0.0.1:1' } },
      { property_type: 'INT', value: { value: 5 } },
      { property_type: 'PASSWORD', value: { value: '********' } },
      { property_type: 'STRING', value: { value: 'y' } },
    ]);
    expect((await run(['feed', 'delete', id, '--wait'])).code).toBe(0);
  });

  it('backs up while it runs, and starts on the copy', async () => {
    const { path } = await json('backup', 'create', 'copy');
    expect((await run(['backup', 'list'])).stdout).toContain('copy');
    const restored = join(folder, 'restored');
    expect((await run(['backup', 'restore', path, restored])).code).toBe(0);
    expect((await run(['backup', 'restore', path, restored])).code).toBe(1);
    const second = spawn(process.execPath, [MAIN, 'serve', '--data-dir', restored, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = await once(second.stdout, 'data');
    const listed = await run(['feed', 'list', '--data-dir', restored, '--api-url', JSON.parse(String(line)).url]);
    second.kill('SIGTERM');
    await once(second, 'close');
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining('a@1.0.0') });
  });

  it('tries policies, and warns of keys that are nearly unique', async () => {
    const arrivals = Array.from({ length: 100 }, (_, index) =>
      JSON.stringify({ ts: 1_000 + index * 100, grouping_key: 'k', content: { index } }),
    );
    const [small, large] = JSON.parse(
      (
        await run(
          ['simulate', '--json', '--policy', 'lines=10,age=60000', '--policy', 'lines=1000,age=500'],
          arrivals.join('\n'),
        )
      ).stdout,
    );
    expect(small).toMatchObject({
      lines: 100,
      keys: 1,
      batches: 10,
      fill: 1,
      by_reason: { lines: 10 },
      cost: 10,
      latency_ms: { max: 900 },
      warnings: [],
    });
    expect(large).toMatchObject({ by_reason: { age: expect.any(Number) }, latency_ms: { max: 500 } });
    expect(small.by_ordering).toMatchObject({ USER: { batches: 10 }, GROUPING_KEY: { batches: 10 } });
    const moves = [0, 1].map((index) => JSON.stringify({ ts: index, key: `k${index}`, bytes: 9, subject: 'ann' }));
    const compared = (await run(['simulate', '--policy', 'age=100,ordering=GROUPING_KEY'], moves.join('\n'))).stdout;
    expect(compared).toMatch(/USER +2 [^\n]*age 1, order 1\n[^\n]* GROUPING_KEY \* +2 [^\n]*age 2/);
    const unique = arrivals.map((text, index) => text.replace('"k"', `"k${index}"`));
    expect((await run(['simulate', '--policy', 'lines=10'], unique.join('\n'))).stdout).toContain('nearly unique');
    expect((await run(['simulate', '--policy', 'size=10'], '')).code).toBe(2);
    expect((await run(['simulate', '--policy', 'lines=10'], 'nonsense')).stderr).toContain('Line 1');
  });

  it('shows settings with their sources, masks secrets, and sets them in the file', async () => {
    expect((await run(['config', 'set', 'port', '9999'])).code).toBe(0);
    expect(statSync(join(folder, 'batchfeed.json')).mode & 0o777).toBe(0o600);
    const { settings } = JSON.parse(
      (await run(['config', 'show', '--json'], '', { BATCHFEED_API_TOKEN: 'hush' })).stdout,
    );
    expect(settings).toContainEqual({ name: 'port', value: '9999', source: 'file' });
    expect(settings).toContainEqual({ name: 'api_token', value: '********', source: 'environment' });
    expect(settings).toContainEqual({ name: 'host', value: '127.0.0.1', source: 'default' });
    expect((await run(['config', 'set', 'port', 'high'])).code).toBe(2);
    expect((await run(['config', 'set', 'colour', 'red'])).stderr).toContain('no setting colour');
    expect((await run(['config', 'set', 'port'])).code).toBe(0);
  });

  it('refuses a settings file that is named and not there, other than to make it', async () => {
    for (const [args, env] of [
      [['config', 'show', '--config', 'typo.json'], {}],
      [['serve', '--config', 'typo.json'], {}],
      [['config', 'show'], { BATCHFEED_CONFIG: 'typo.json' }],
    ] as const) {
      expect(await run(args, '', env)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^The configuration file typo\.json is not there\..*\n$/),
      });
    }
    expect((await run(['config', 'set', 'port', '9998', '--config', 'made.json'])).code).toBe(0);
    expect((await json('config', 'show', '--config', 'made.json')).settings).toContainEqual({
      name: 'port',
      value: '9998',
      source: 'file',
    });
  });

  it('shows no settings that it would not start with', async () => {
    expect(await run(['config', 'show'], '', { BATCHFEED_PORT: 'abc' })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^BATCHFEED_PORT \(environment\): .*65535/),
    });
    writeFileSync(join(folder, 'wrong.json'), '{"retention_history_days": -1}');
    const shown = await run(['config', 'show', '--config', 'wrong.json']);
    expect(shown).toMatchObject({ code: 2, stderr: expect.stringContaining('retention_history_days (file)') });
    expect((await run(['doctor', '--config', 'wrong.json'])).stdout).toContain(
      '✗ configuration: retention_history_days',
    );
  });

  it('says with its exit code what went wrong', async () => {
    expect((await run(['feed', 'list', '--api-url', 'http://127.0.0.1:1'])).code).toBe(3);
    expect((await run(['feed', 'stats', '77'])).code).toBe(4);
    expect((await run(['feed', 'stats', 'seven'])).code).toBe(2);
    for (const args of [
      [],
      ['feed'],
      ['config'],
      ['feed', 'push'],
      ['simulate'],
      ['dev'],
      ['doctor'],
      ['config', 'set'],
      ['backup', 'restore'],
      ['dead-letters', 'export'],
    ]) {
      const { code, stdout } = await run([...args, '--help']);
      expect([code, stdout]).toEqual([0, expect.stringMatching(/Example:\n {2}\$ [\s\S]*Exit codes:/)]);
    }
  });

  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it('completes in bash', async () => {
    const script = (await run(['completion', 'bash'])).stdout;
    const ask = (...words: string[]) =>
      spawnSync(
        'bash',
        [
          '-c',
          `${script}\nCOMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _batchfeed; echo "\${COMPREPLY[*]}"`,
        ],
        { encoding: 'utf8' },
      ).stdout.trim();
    expect(ask('batchfeed', 'fe')).toBe('feed');
    expect(ask('batchfeed', 'feed', 'st')).toBe('stats');
    expect(ask('batchfeed', 'feed', 'push', '--fu')).toBe('--full');
    expect((await run(['completion', 'tcsh'])).code).toBe(2);
  });

  it('tries a plugin that is being written, and goes on when it restarts', async () => {
    const once_ = await run(
      ['dev', '--once', '--plugin', `http://127.0.0.1:${pluginPort}`, '--users', '12', '--age', '100'],
      '',
      { BATCHFEED_DATA_DIR: '' },
    );
    expect(once_).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/sealed .* lines, [\s\S]*delivered/),
      stderr: expect.stringContaining('12 lines delivered'),
    });

    const child = spawn(
      process.execPath,
      [MAIN, 'dev', '--plugin', `http://127.0.0.1:${pluginPort}`, '--users', '3', '--age', '50'],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    child.stderr.on('data', (chunk) => (said += chunk));
    const saying = async (text: string) => {
      for (let tries = 0; !said.includes(text); tries += 1) {
        if (tries > 400) throw new Error(`never said ${text}: ${said}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await saying('3 lines delivered');
    plugin.closeAllConnections();
    await new Promise((resolve) => plugin.close(resolve));
    await saying('the plugin is gone');
    plugin = newPlugin();
    await listen(plugin, pluginPort);
    await saying('6 lines delivered');
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).toBe(0);
    expect(existsSync(join(folder, 'api-token'))).toBe(false);
  });
});
