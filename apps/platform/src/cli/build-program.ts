import { Command, InvalidArgumentError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { commands } from '../commands/index.ts';
import type { Environment } from '../config.ts';
import { EXIT_HELP } from '../exit-codes.ts';
import type { SettingName } from '../settings/setting-table.ts';
import { Settings } from '../settings/settings.ts';
import { ApiClient } from './api-client.ts';
import type { CommandDefinition, OptionDefinition } from './command-definition.ts';
import { Output } from './output.ts';

/** Options every command has; those that are settings go before the environment and the file. */
const COMMON: readonly (readonly [flags: string, description: string, setting?: SettingName])[] = [
  ['--data-dir <dir>', 'folder of all data; its api-token is used to talk to the platform', 'data_dir'],
  ['--api-url <url>', 'where the platform listens', 'api_url'],
  ['--config <file>', 'configuration file (default: batchfeed.json)'],
  ['--json', 'one line of JSON on standard output instead of text'],
];

/** Options of single commands that are settings too. */
const SETTING_OPTIONS: Readonly<Record<string, SettingName>> = { host: 'host', port: 'port', logLevel: 'log_level' };

const GROUPS: Readonly<Record<string, readonly [description: string, example: string]>> = {
  feed: ['create, fill, pause and look into feeds', 'batchfeed feed push 1 updates.ndjson'],
  'dead-letters': [
    'look at what plugins refused for good, and send it again',
    'batchfeed dead-letters list 1 --http-status 400',
  ],
  config: ['show and change the configuration', 'batchfeed config set port 8090'],
  backup: ['copy the data folder, and go on from a copy', 'batchfeed backup create before-upgrade'],
};

/** The command line, made of the table of commands. */
export function buildProgram(environment: Environment, onEnd: (code: number) => void): Command {
  const program = new Command('batchfeed')
    .description('Operate audience feeds whose plugins deliver in batches')
    .version(manifest.version)
    // Before commands only: a command may have a --version of its own.
    .enablePositionalOptions()
    .addHelpText('after', `\nExample:\n  $ batchfeed serve --data-dir ./feeds --port 8080\n${EXIT_HELP}`)
    .exitOverride();
  const groups = new Map<string, Command>();
  for (const definition of commands) {
    const [first, ...rest] = definition.path;
    const parent = rest.length === 0 ? program : groupOf(program, groups, first);
    add(parent, definition, environment, onEnd);
  }
  return program;
}

function groupOf(program: Command, groups: Map<string, Command>, name: string): Command {
  let group = groups.get(name);
  if (group === undefined) {
    const [description, example] = GROUPS[name] ?? ['', `batchfeed ${name} --help`];
    group = program
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  $ ${example}\n${EXIT_HELP}`)
      .exitOverride();
    groups.set(name, group);
  }
  return group;
}

function add(
  parent: Command,
  definition: CommandDefinition,
  environment: Environment,
  onEnd: (code: number) => void,
): void {
  const command = parent
    .command(definition.path.at(-1) as string)
    .description(definition.description)
    .exitOverride();
  for (const [name, description] of definition.args ?? []) command.argument(name, description);
  for (const option of definition.options ?? []) command.addOption(toOption(option));
  for (const [flags, description] of COMMON) command.option(flags, description);
  const notes = definition.notes === undefined ? '' : `\n${definition.notes}\n`;
  command.addHelpText('after', `\nExample:\n  $ ${definition.example}\n${notes}${EXIT_HELP}`);
  command.action(async () => {
    onEnd(await run(command, definition, environment));
  });
}

async function run(command: Command, definition: CommandDefinition, environment: Environment): Promise<number> {
  const options = command.opts();
  const settings = settingsOf(options, environment, definition.makesSettingsFile);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  if (!definition.handlesSignals) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  try {
    return await definition.run({
      args: command.processedArgs,
      options,
      settings,
      out: new Output(options.json === true),
      api: () => new ApiClient(settings.apiUrl, () => settings.apiToken()),
      signal: stop.signal,
    });
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  }
}

function settingsOf(options: Record<string, unknown>, environment: Environment, mayMakeFile?: boolean): Settings {
  const named = typeof options.config === 'string' ? { file: options.config } : {};
  const given: Partial<Record<SettingName, string>> = {};
  const names = { dataDir: 'data_dir', apiUrl: 'api_url', ...SETTING_OPTIONS } as const;
  for (const [option, name] of Object.entries(names)) {
    if (options[option] !== undefined) given[name as SettingName] = String(options[option]);
  }
  return new Settings({ ...environment, ...named }, given, mayMakeFile);
}

function toOption({
  flags,
  description,
  default: value,
  choices,
  parse,
  repeated,
  mandatory,
}: OptionDefinition): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices(choices);
  if (value !== undefined) option.default(value);
  if (mandatory) option.makeOptionMandatory();
  if (parse !== undefined || repeated) {
    option.argParser((text: string, previous: unknown) => {
      const parsed = parse === undefined ? text : attempt(() => parse(text));
      return repeated ? [...((previous as unknown[] | undefined) ?? []), parsed] : parsed;
    });
  }
  return option;
}

function attempt<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
