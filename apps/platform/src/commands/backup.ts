import { restoreBackup } from '@batchfeed/platform';
import { CliError } from '../cli/cli-error.ts';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { table } from '../cli/output.ts';
import { EXIT } from '../exit-codes.ts';

export const backupCreateCommand: CommandDefinition = {
  path: ['backup', 'create'],
  description: 'copy the data folder while the platform works',
  args: [['[name]', 'its name; the time by default']],
  example: 'batchfeed backup create before-upgrade',
  async run({ api, args: [name], out }) {
    const backup = await api().call('POST', '/v1/backups', name === undefined ? {} : { name });
    out.result(backup, `${backup.path} (${backup.bytes} bytes)`);
    return EXIT.ok;
  },
};

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

export const backupRestoreCommand: CommandDefinition = {
  path: ['backup', 'restore'],
  description: 'make a data folder out of a copy, to start a platform on',
  args: [
    ['<backup>', 'the folder of the copy'],
    ['<dir>', 'the data folder to make; it must not hold anything yet'],
  ],
  example: 'batchfeed backup restore ./feeds/backups/before-upgrade ./feeds-restored',
  async run({ args: [backup, folder], out }) {
    try {
      const restored = restoreBackup(backup as string, folder as string);
      out.result({ data_dir: folder, ...restored }, `${folder} is ready: batchfeed serve --data-dir ${folder}`);
      return EXIT.ok;
    } catch (error) {
      throw new CliError('FAILED', (error as Error).message, { cause: error });
    }
  },
};
