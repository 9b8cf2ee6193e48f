import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { curlCommand } from './curl-command.ts';

/** What a shell makes of a command: its words, with `curl` replaced by something that prints them. */
function wordsOf(command: string): string[] {
  const script = command.replace(/^curl /, "printf '%s\\0' ");
  const { stdout, status } = spawnSync('sh', ['-c', script], {
    encoding: 'utf8',
    env: { ...process.env, BATCHFEED_TOKEN: 'the-token' },
  });
  expect(status).toBe(0);
  return stdout.split('\0').slice(0, -1);
}

it('says to a shell exactly what is sent', () => {
  const body = { plugin_version_id: '1', enable_batching: true, batch_flush_max_size: 100 };
  const command = curlCommand({ method: 'POST', url: 'http://127.0.0.1:8080/v1/plugins/1', body });
  expect(command).not.toContain('the-token');
  const words = wordsOf(command);
  expect(words.slice(0, -1)).toEqual([
    '-X',
    'POST',
    'http://127.0.0.1:8080/v1/plugins/1',
    '-H',
    'Authorization: the-token',
    '-H',
    'Content-Type: application/json',
    '-d',
  ]);
  expect(JSON.parse(words.at(-1) ?? '')).toEqual(body);
});

it('lets no value out of its quotes', () => {
  const hostile = { name: `'; echo pwned; '$(echo pwned)\`echo pwned\`\\'"` };
  const words = wordsOf(curlCommand({ method: 'PUT', url: "http://host/'x", body: hostile }));
  expect(words[2]).toBe("http://host/'x");
  expect(JSON.parse(words.at(-1) ?? '')).toEqual(hostile);
});
