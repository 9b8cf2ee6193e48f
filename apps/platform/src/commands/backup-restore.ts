import { restoreBackup } from '@batchfeed/platform';
import { CliError } from '../cli/cli-error.ts';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { EXIT } from '../exit-codes.ts';

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
