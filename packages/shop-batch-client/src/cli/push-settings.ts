import { resolve } from 'node:path';
import { type ShopMethod, shopLimits } from '@batchfeed/schemas';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ShopAuth } from '../auth.ts';
import type { ShopBatchClientOptions } from '../options.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-code.ts';
import { type FailureGuard, parseFailureGuard } from './guards.ts';
import { FORBIDDEN_NAMES } from './input-row.ts';
import { FORMATS, type Format, formatOf } from './read-rows.ts';
import type { Mapping } from './to-request.ts';

/** What `push` was asked to do. */
export interface PushSettings {
  readonly file: string;
  readonly format: Format;
  readonly mapping: Mapping;
  readonly client: ShopBatchClientOptions | undefined;
  readonly dryRun: boolean;
  readonly diff: boolean;
  readonly resume: boolean;
  readonly journal: string;
  readonly failedFile: string;
  readonly maxDeletes: number | undefined;
  readonly stopAfterFailures: FailureGuard;
}

interface Flags {
  url?: string;
  resource?: string;
  method: ShopMethod;
  outerId?: string;
  map: Map<string, string>;
  format?: Format;
  dryRun?: true;
  diff?: true;
  resume?: true;
  journal?: string;
  failed?: string;
  maxDeletes?: number;
  stopAfterFailures?: string;
  maxRequests?: number;
  requestsPerSecond?: number;
  backoff?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Answers to GET would have nowhere to go. */
const WRITES: readonly ShopMethod[] = ['POST', 'PUT', 'DELETE'];

const CREDENTIALS = `
Credentials come from the environment, never from the command line, where others could read them:
  SHOP_API_USER, SHOP_API_PASSWORD                    Basic
  SHOP_CLIENT_ID, SHOP_CLIENT_SECRET, SHOP_TOKEN_URL  OAuth 2 client credentials
  SHOP_API_TOKEN                                      a bearer token
SHOP_API_URL stands in for --url.

Exit codes: 0 every row succeeded; 1 some failed (see the failed-rows file); 2 nothing was sent, something is not usable;
3 rows remain unsent (--resume goes on); 4 some rows are unknown, look at the shop before sending them again;
130 interrupted (--resume goes on).`;

/** The `push` command; `run` gets what it was asked to do. */
export function pushCommand(environment: Environment, run: (settings: PushSettings) => Promise<void>): Command {
  return new Command('push')
    .description('Send the rows of a file (CSV, NDJSON or JSON) to a shop, and account for every one')
    .argument('<file>', 'the rows; without --resource every row is a request: {method, uri, data}')
    .option('--url <url>', "the API's address, such as https://shopname.api2.myshoprenter.hu/api/")
    .option('--resource <name>', 'the resource the rows belong to, such as productExtend')
    .addOption(new Option('--method <method>', 'what to do with the rows').choices(WRITES).default('POST'))
    .option('--outer-id <field>', "the field that holds the resource's id: a repeated create is then recognised")
    .addOption(
      new Option('--map <field=path>', 'where a field goes in the data (name=descriptions.0.name); no path drops it')
        .argParser(collectMap)
        .default(new Map(), 'by its own name'),
    )
    .addOption(new Option('--format <format>', "when the file's name does not tell").choices(FORMATS))
    .option('--dry-run', 'show the first requests and what would be sent, send nothing')
    .option('--diff', 'compare with the shop first and send only rows and fields that differ')
    .option('--resume', 'go on where an earlier run stopped')
    .option('--journal <path>', 'where to note what was sent (default: FILE.journal)')
    .option('--failed <path>', 'where to write rows that failed or are unknown (default: FILE.failed.EXT)')
    .option('--max-deletes <n>', 'send nothing when more rows than this delete something', wholeNumber)
    .option('--stop-after-failures <n|n%>', 'stop when more rows than this, or a larger share, failed or are unknown')
    .option(
      '--max-requests <n>',
      `requests in a batch (default: ${shopLimits.recommendedRequestsPerBatch})`,
      wholeNumber,
    )
    .option(
      '--requests-per-second <n>',
      `batches a second (default: ${shopLimits.requestsPerSecond}; 0: no limit)`,
      rate,
    )
    .option('--backoff <ms>', 'first wait before a row is tried again, doubling from there (default: 500)', wholeNumber)
    .addHelpText('after', CREDENTIALS)
    .action((file: string, flags: Flags) => run(readSettings(file, flags, environment)));
}

function readSettings(file: string, flags: Flags, environment: Environment): PushSettings {
  const format = flags.format ?? formatOf(file);
  if (format === undefined) unusable(`Say with --format what ${file} is: ${FORMATS.join(', ')}`);
  const { resource, method, outerId, map } = flags;
  if (resource === undefined && (outerId !== undefined || map.size > 0))
    unusable('--outer-id and --map need --resource');
  if (resource !== undefined && !/^[a-z][a-z0-9_/-]*$/i.test(resource)) unusable('--resource must be a plain name');
  if (resource !== undefined && method !== 'POST' && outerId === undefined)
    unusable(`--method ${method} needs --outer-id`);
  if (resource === undefined && format === 'csv') unusable('A CSV file needs --resource');
  const journal = flags.journal ?? `${file}.journal`;
  const failedFile = flags.failed ?? failedPath(file, format);
  if (new Set([file, journal, failedFile].map((path) => resolve(path))).size < 3) {
    unusable('The input, the journal and the failed-rows file must be three different files');
  }
  const dryRun = flags.dryRun ?? false;
  const diff = flags.diff ?? false;
  const needsShop = !dryRun || diff;
  return {
    file,
    format,
    mapping: { resource: resource?.replace(/\/+$/, ''), method, outerId, map, nestNames: format === 'csv' },
    client: needsShop ? clientOptions(flags, environment) : undefined,
    dryRun,
    diff,
    resume: flags.resume ?? false,
    journal,
    failedFile,
    maxDeletes: flags.maxDeletes,
    stopAfterFailures: parseFailureGuard(flags.stopAfterFailures),
  };
}

const failedPath = (file: string, format: Format): string =>
  `${file.replace(/\.(csv|ndjson|jsonl|json)$/i, '')}.failed.${format === 'csv' ? 'csv' : 'ndjson'}`;

function clientOptions(flags: Flags, environment: Environment): ShopBatchClientOptions {
  const baseUrl = flags.url ?? environment.SHOP_API_URL;
  if (baseUrl === undefined) unusable('Say with --url where the shop is');
  return {
    baseUrl,
    auth: authOf(environment),
    ...(flags.maxRequests === undefined ? {} : { maxRequests: flags.maxRequests }),
    ...(flags.backoff === undefined
      ? {}
      : { backoff: { baseMs: flags.backoff, maxMs: Math.max(flags.backoff, 30_000) } }),
    ...(flags.requestsPerSecond === undefined ? {} : { requestsPerSecond: flags.requestsPerSecond }),
  };
}

function authOf(env: Environment): ShopAuth {
  const { SHOP_API_USER: username, SHOP_API_PASSWORD: password, SHOP_API_TOKEN: token } = env;
  const { SHOP_CLIENT_ID: clientId, SHOP_CLIENT_SECRET: clientSecret, SHOP_TOKEN_URL: tokenUrl } = env;
  const given: ShopAuth[] = [];
  if (username && password) given.push({ kind: 'basic', username, password });
  if (clientId && clientSecret && tokenUrl) given.push({ kind: 'oauth', clientId, clientSecret, tokenUrl });
  if (token) given.push({ kind: 'bearer', token });
  if (given.length !== 1) {
    unusable(
      `Set the environment for one way to sign in; ${given.length === 0 ? 'none is' : `${given.length} are`} complete (see --help)`,
    );
  }
  return given[0] as ShopAuth;
}

function unusable(message: string): never {
  throw new CommandError(EXIT.unusable, message);
}

function collectMap(text: string, map: Map<string, string>): Map<string, string> {
  const at = text.indexOf('=');
  const [field, path] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1) throw new InvalidArgumentError('It must be field=path.');
  if (path.split('.').some((step) => FORBIDDEN_NAMES.has(step)))
    throw new InvalidArgumentError('That path is not allowed.');
  return new Map([...map, [field, path]]);
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function rate(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('It must be a number.');
  return value === 0 ? Number.POSITIVE_INFINITY : value;
}
