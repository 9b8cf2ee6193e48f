import type { CommandDefinition } from '../cli/command-definition.ts';
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
