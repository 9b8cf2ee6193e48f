import type { Settings } from '../settings/settings.ts';
import type { ApiClient } from './api-client.ts';
import type { Output } from './output.ts';

export interface OptionDefinition {
  /** Like `--max <number>`. */
  readonly flags: string;
  readonly description: string;
  readonly default?: unknown;
  readonly choices?: readonly string[];
  /** Turns the text into a value, or throws a sentence on what it must be. */
  readonly parse?: (text: string) => unknown;
  /** May be given several times; the value is a list. */
  readonly repeated?: boolean;
  readonly mandatory?: boolean;
}

/** What a command is given to work with. */
export interface CommandContext {
  readonly args: readonly (string | undefined)[];
  // biome-ignore lint/suspicious/noExplicitAny: options are what the definition's own table says
  readonly options: Readonly<Record<string, any>>;
  readonly settings: Settings;
  readonly out: Output;
  /** The operator API of a running platform. */
  api(): ApiClient;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** A command as data; `build-program.ts` makes the command line of it. */
export interface CommandDefinition {
  /** Like `['feed', 'list']`. */
  readonly path: readonly [string, ...string[]];
  readonly description: string;
  /** Like `<feed_id>` or `[file]`, each with what it is. */
  readonly args?: readonly (readonly [name: string, description: string])[];
  readonly options?: readonly OptionDefinition[];
  /** A line that works, without the `$`. */
  readonly example: string;
  /** More to say in its help. */
  readonly notes?: string;
  /** Whether it listens to signals itself. */
  readonly handlesSignals?: boolean;
  /** Whether the configuration file may be one that is not there yet. */
  readonly makesSettingsFile?: boolean;
  run(context: CommandContext): Promise<number>;
}
