import type { CommandDefinition } from '../cli/command-definition.ts';
import { table } from '../cli/output.ts';
import { EXIT } from '../exit-codes.ts';

export const backupListCommand: CommandDefinition = {
  path: ['backup', 'list'],
  description: 'list the copies there are',
  example: 'batchfeed backup list',
  async run({ api, out }) {
    const backups: { name: string; bytes: number; created_ts: number }[] = await api().call('GET', '/v1/backups');
    const rows = backups.map(({ name, bytes, created_ts: at }) => [name, new Date(at).toISOString(), bytes]);
    out.result(backups, table([['name', 'made', 'bytes'], ...rows]));
    return EXIT.ok;
  },
};
