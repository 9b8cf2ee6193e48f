import type { CommandDefinition } from '../cli/command-definition.ts';
import { table } from '../cli/output.ts';
import { EXIT } from '../exit-codes.ts';
import { environmentName } from '../settings/settings.ts';

export const configShowCommand: CommandDefinition = {
  path: ['config', 'show'],
  description: 'every setting in force and where it comes from; secrets are masked',
  example: 'batchfeed config show',
  async run({ settings, out }) {
    const effective = settings.effective();
    const rows = effective.map(({ name, value, source }) => [name, value ?? '-', source, environmentName(name)]);
    out.result(
      { file: settings.file, settings: effective },
      `${table([['setting', 'value', 'from', 'environment'], ...rows])}\nfile: ${settings.file}`,
    );
    return EXIT.ok;
  },
};
