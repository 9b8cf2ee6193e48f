import { SETTING_NAMES, type SettingName } from './settings/setting-table.ts';

/** What the environment says, by setting; and which configuration file to read. */
export type Environment = Partial<Record<SettingName, string>> & {
  /** Only when somebody has named one. */
  readonly file?: string;
};

/** The one place that reads the environment: `BATCHFEED_CONFIG` names the file, `BATCHFEED_<NAME>` a setting. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const values = SETTING_NAMES.flatMap((name) => {
    const value = env[`BATCHFEED_${name.toUpperCase()}`];
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  const file = env.BATCHFEED_CONFIG;
  return { ...(file ? { file } : {}), ...Object.fromEntries(values) };
}
