import { LOG_LEVELS, readPort } from './checks.ts';

export interface SettingDefinition {
  readonly description: string;
  readonly default?: string;
  readonly secret?: boolean;
  /** Throws a sentence on what the value must be. */
  readonly check?: (text: string) => unknown;
}

const wholeNumber = (least: number) => (text: string) => {
  if (!/^\d+$/.test(text) || Number(text) < least) throw new Error(`must be a whole number from ${least} up`);
};
const oneOf = (choices: readonly string[]) => (text: string) => {
  if (!choices.includes(text)) throw new Error(`must be one of ${choices.join(', ')}`);
};

/** Everything that can be set, in the configuration file under its name and in the environment as `BATCHFEED_<NAME>`. */
export const SETTINGS = {
  data_dir: { description: 'folder of all data; one platform at a time' },
  host: { description: 'address to listen on', default: '127.0.0.1' },
  port: { description: 'port to listen on; 0 takes a free one', default: '8080', check: readPort },
  log_level: { description: 'how much to log', default: 'info', check: oneOf(LOG_LEVELS) },
  api_url: { description: 'where the platform to talk to listens; from host and port by default' },
  api_token: {
    description:
      'token for the operator API; from <data_dir>/api-token by default. Only a first start takes it for its own',
    secret: true,
  },
  allow_remote: {
    description: 'whether a first start may listen beyond this machine although nobody has a token yet',
    default: 'false',
    check: oneOf(['true', 'false']),
  },
  request_timeout_ms: {
    description: "milliseconds a request's headers and body may take; of an upload, the longest silence",
    default: '60000',
    check: wholeNumber(1),
  },
  call_timeout_ms: { description: 'milliseconds a plugin call may take', default: '30000', check: wholeNumber(1) },
  update_concurrency: { description: 'updates of one feed under way at once', default: '64', check: wholeNumber(1) },
  batch_concurrency: { description: 'batches of one feed under way at once', default: '4', check: wholeNumber(1) },
  max_backlog_bytes: {
    description: 'bytes of updates and lines a feed may have waiting, where it sets no limit of its own',
    default: '4294967296',
    check: wholeNumber(1_048_576),
  },
  min_free_bytes: {
    description: 'bytes of the disk that must be free for updates to be taken',
    default: '1073741824',
    check: wholeNumber(0),
  },
  window_bytes: {
    description: 'bytes of memory for lines that are grouped, sealed or sent; what does not fit waits on disk',
    default: '268435456',
    check: wholeNumber(1_048_576),
  },
  lanes: {
    description: 'lanes of the store, 1 to 256, fixed by the first start on a data folder',
    default: '1',
    check: (text) => {
      if (!/^\d{1,3}$/.test(text) || Number(text) < 1 || Number(text) > 256) throw new Error('must be from 1 to 256');
    },
  },
  retention_hourly_days: { description: 'days of statistics by the hour', default: '90', check: wholeNumber(1) },
  retention_daily_days: { description: 'days of statistics by the day', default: '800', check: wholeNumber(1) },
  retention_dead_letters_days: {
    description: 'days that dead letters are kept; 0 for ever, until somebody replays them',
    default: '0',
    check: wholeNumber(0),
  },
  retention_history_days: {
    description: 'days that batches and users can be looked up once they are over',
    default: '7',
    check: wholeNumber(1),
  },
  retention_history_bytes: {
    description: 'bytes that may take on disk; above, the oldest contents go first, then the oldest rows',
    default: '1073741824',
    check: wholeNumber(1_048_576),
  },
} as const satisfies Record<string, SettingDefinition>;
export type SettingName = keyof typeof SETTINGS;

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}
