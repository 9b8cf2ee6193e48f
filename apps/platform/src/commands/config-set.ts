import { CliError } from '../cli/cli-error.ts';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { EXIT } from '../exit-codes.ts';
import { isSettingName, SETTING_NAMES, SETTINGS } from '../settings/setting-table.ts';
import { checkSetting, writeSetting } from '../settings/settings.ts';

const LIST = SETTING_NAMES.map((name) => `  ${name.padEnd(22)} ${SETTINGS[name].description}`).join('\n');

export const configSetCommand: CommandDefinition = {
  path: ['config', 'set'],
  description: 'change a setting in the configuration file',
  args: [
    ['<name>', 'the setting'],
    ['[value]', 'its value; without one the setting leaves the file'],
  ],
  example: 'batchfeed config set port 8090',
  notes: `Settings:\n${LIST}`,
  makesSettingsFile: true,
  async run({ settings, args: [name, value], out }) {
    if (name === undefined || !isSettingName(name)) {
      throw new CliError('USAGE', `There is no setting ${name}. There are: ${SETTING_NAMES.join(', ')}.`);
    }
    if (value !== undefined) checkSetting(name, value, 'command line');
    writeSetting(settings.file, name, value);
    out.result(
      { file: settings.file, name },
      `${name} is ${value === undefined ? 'removed from' : 'set in'} ${settings.file}.`,
    );
    return EXIT.ok;
  },
};
