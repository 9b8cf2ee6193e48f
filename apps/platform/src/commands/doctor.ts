import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { request } from 'undici';
import type { CommandContext, CommandDefinition } from '../cli/command-definition.ts';
import { feedPath } from '../cli/feed-path.ts';
import { EXIT } from '../exit-codes.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly message: string;
}

const LEAST_FREE_BYTES = 1024 ** 3;

/** Each looks at one thing; what it throws is what is wrong. */
const CHECKS: Readonly<Record<string, (context: CommandContext) => string | Promise<string>>> = {
  node: () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major < 22 || (major === 22 && minor < 19))
      throw new Error(`Node ${process.versions.node} is too old: use 22.19 or newer.`);
    return `Node ${process.versions.node}`;
  },
  configuration: ({ settings }) => {
    settings.effective();
    return `${settings.file}${existsSync(settings.file) ? '' : ' (not there, not needed)'}`;
  },
  'data folder': ({ settings }) => {
    const folder = settings.get('data_dir');
    if (folder === undefined) return 'none is named';
    if (!existsSync(folder)) return `${folder} will be made`;
    accessSync(folder, constants.R_OK | constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    if (free < LEAST_FREE_BYTES) throw new Error(`${folder} has ${Math.round(free / 1024 ** 2)} MiB left. Make room.`);
    return `${folder}, ${Math.round(free / 1024 ** 3)} GiB left`;
  },
  platform: async ({ api }) => {
    const { url } = api();
    const { statusCode, body } = await request(`${url}/readyz`);
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${url} is not ready: ${text}`);
    return `${url} is ready`;
  },
  token: async ({ api }) => {
    const { total } = await api().whole('GET', '/v1/audience_segment_external_feeds?max_results=1');
    return `accepted; ${total} feeds`;
  },
  plugins: async ({ api }) => {
    const client = api();
    const plugins: { id: string; artifact_id: string }[] = await client.call('GET', '/v1/plugins?max_results=1000');
    const silent: string[] = [];
    for (const { id, artifact_id } of plugins) {
      const versions = await client.call('GET', `/v1/plugins/${id}/versions?max_results=1000`);
      for (const { base_url, version_id, status } of versions) {
        if (base_url === undefined || status === 'ARCHIVED') continue;
        const fault = await statusOf(base_url);
        if (fault !== undefined) silent.push(`${artifact_id}@${version_id} at ${base_url}: ${fault}`);
      }
    }
    if (silent.length > 0) throw new Error(`not ready: ${silent.join('; ')}`);
    return `${plugins.length} plugins, all ready`;
  },
  feeds: async ({ api }) => {
    const client = api();
    const feeds: { id: string }[] = await client.call('GET', '/v1/audience_segment_external_feeds?max_results=1000');
    const sick: string[] = [];
    for (const { id } of feeds) {
      const ledger = await client.call('GET', feedPath(id, '/ledger'));
      const { dead } = ledger.lines;
      if (!ledger.updates.balanced || !ledger.lines.balanced) sick.push(`the ledger of feed ${id} does not add up`);
      if (dead + ledger.updates.dead > 0) sick.push(`feed ${id} has dead letters: batchfeed dead-letters list ${id}`);
    }
    if (sick.length > 0) throw new Error(sick.join('; '));
    return `${feeds.length} feeds, nothing dead`;
  },
};

export const doctorCommand: CommandDefinition = {
  path: ['doctor'],
  description: 'look for what could be wrong: Node, configuration, disk, platform, token, plugins, feeds',
  example: 'batchfeed doctor --data-dir ./feeds',
  notes: 'Exit code 5 when something was found.',
  async run(context) {
    const findings: Finding[] = [];
    for (const [check, look] of Object.entries(CHECKS)) {
      const [ok, message] = await Promise.resolve()
        .then(() => look(context))
        .then(
          (said) => [true, said] as const,
          (error: Error & { code?: string }) => [false, error.message || error.code || 'failed'] as const,
        );
      findings.push({ check, ok, message });
    }
    const text = findings.map(({ check, ok, message }) => `${ok ? '✓' : '✗'} ${check}: ${message}`).join('\n');
    context.out.result(findings, text);
    return findings.every(({ ok }) => ok) ? EXIT.ok : EXIT.found;
  },
};

async function statusOf(baseUrl: string): Promise<string | undefined> {
  try {
    const { statusCode, body } = await request(`${baseUrl}/v1/status`, { headersTimeout: 3_000, bodyTimeout: 3_000 });
    await body.dump();
    return statusCode === 200 ? undefined : `it answers ${statusCode}`;
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).message;
  }
}
