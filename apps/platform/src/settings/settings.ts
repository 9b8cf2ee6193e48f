import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../cli/cli-error.ts';
import type { Environment } from '../config.ts';
import { isSettingName, SETTING_NAMES, SETTINGS, type SettingDefinition, type SettingName } from './setting-table.ts';

const DEFAULT_FILE = 'batchfeed.json';

type Values = Partial<Record<SettingName, string>>;
export type SettingSource = 'command line' | 'environment' | 'file' | 'default' | 'unset';

export interface EffectiveSetting {
  readonly name: SettingName;
  /** Secrets are masked. */
  readonly value: string | undefined;
  readonly source: SettingSource;
}

/** Where settings come from: the command line goes before the environment, that before the file, that before defaults. */
export class Settings {
  readonly file: string;
  readonly #layers: readonly (readonly [SettingSource, Values])[];

  /** @throws CliError `USAGE` when the file is no JSON object of known settings, or is named and not there. */
  constructor({ file, ...fromEnvironment }: Environment, commandLine: Values = {}, mayMakeFile = false) {
    this.file = file ?? DEFAULT_FILE;
    if (file !== undefined && !mayMakeFile && !existsSync(file)) {
      throw new CliError('USAGE', `The configuration file ${file} is not there. batchfeed config set makes one.`);
    }
    const defaults = Object.fromEntries(
      SETTING_NAMES.flatMap((name) => {
        const definition: SettingDefinition = SETTINGS[name];
        return definition.default === undefined ? [] : [[name, definition.default]];
      }),
    );
    this.#layers = [
      ['command line', commandLine],
      ['environment', fromEnvironment],
      ['file', readSettingsFile(this.file)],
      ['default', defaults],
    ];
  }

  /** @throws CliError `USAGE` when the value is not what the setting takes. */
  get(name: SettingName): string | undefined {
    const { value, source } = this.#find(name);
    if (value !== undefined) checkSetting(name, value, source);
    return value;
  }

  number(name: SettingName): number {
    return Number(this.get(name));
  }

  /** @throws CliError `USAGE` when nobody has said it. */
  needed(name: SettingName): string {
    const value = this.get(name);
    if (value !== undefined) return value;
    const flag = `--${name.replaceAll('_', '-')}`;
    throw new CliError('USAGE', `${flag} is needed: ${SETTINGS[name].description}. Or set ${environmentName(name)}.`);
  }

  /** What is in force and why, fit to be shown. @throws CliError `USAGE` when a value is not what its setting takes. */
  effective(): EffectiveSetting[] {
    return SETTING_NAMES.map((name) => {
      const value = this.get(name);
      const { source } = this.#find(name);
      const definition: SettingDefinition = SETTINGS[name];
      return { name, value: value !== undefined && definition.secret ? '********' : value, source };
    });
  }

  get apiUrl(): string {
    return this.get('api_url') ?? `http://${this.get('host')}:${this.get('port')}`;
  }

  /** @throws CliError `USAGE` when there is no token. */
  apiToken(): string {
    const given = this.get('api_token');
    if (given !== undefined) return given;
    const dataDir = this.get('data_dir');
    const file = dataDir === undefined ? undefined : join(dataDir, 'api-token');
    if (file !== undefined && existsSync(file)) return readFileSync(file, 'utf8').trim();
    throw new CliError(
      'USAGE',
      'There is no API token: set BATCHFEED_API_TOKEN, or --data-dir to the folder of the platform.',
    );
  }

  #find(name: SettingName): { value: string | undefined; source: SettingSource } {
    for (const [source, values] of this.#layers) if (values[name] !== undefined) return { value: values[name], source };
    return { value: undefined, source: 'unset' };
  }
}

export function environmentName(name: SettingName): string {
  return `BATCHFEED_${name.toUpperCase()}`;
}

/** @throws CliError `USAGE` */
export function checkSetting(name: SettingName, value: string, source: SettingSource): void {
  const { check }: SettingDefinition = SETTINGS[name];
  try {
    check?.(value);
  } catch (error) {
    const where = source === 'environment' ? environmentName(name) : name;
    throw new CliError('USAGE', `${where} (${source}): ${(error as Error).message}`);
  }
}

/** @throws CliError `USAGE` */
export function readSettingsFile(file: string): Values {
  if (!existsSync(file)) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CliError('USAGE', `The configuration file ${file} cannot be read: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new CliError('USAGE', `The configuration file ${file} must hold one JSON object.`);
  }
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => {
      if (!isSettingName(name))
        throw new CliError('USAGE', `The configuration file ${file} sets ${name}, which does not exist.`);
      return [name, String(value)];
    }),
  );
}

/** Sets one value in the file; none removes it. Mode 600, as it may hold a token. */
export function writeSetting(file: string, name: SettingName, value: string | undefined): void {
  const values: Values = readSettingsFile(file);
  if (value === undefined) delete values[name];
  else values[name] = value;
  writeFileSync(`${file}.new`, `${JSON.stringify(values, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
