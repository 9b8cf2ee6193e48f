/** Its length is that of winston's interface: most members are a line or two. */
import { Transform, type TransformCallback } from 'node:stream';
import { format } from 'node:util';
import type { LogLevel } from '@batchfeed/schemas';
import { PluginSdkError } from '../plugin-sdk-error.ts';
import { writeLogLine } from './log-sink.ts';
import { Redactor } from './redact.ts';

/**
 * One JSON object a line: `time`, `level`, `message` and the fields given. It has the members of winston's `Logger`,
 * so that a plugin may hand it to code that expects one, without winston being installed.
 */

/** From the most to the least important; a logger writes its own level and those before it. */
const severity: Readonly<Record<LogLevel, number>> = {
  error: 0,
  warn: 1,
  info: 2,
  http: 3,
  verbose: 4,
  debug: 5,
  silly: 6,
};

/** Every method that writes, and the level it writes at; the syslog and cli names are winston's. */
const methodLevels = {
  error: 'error',
  warn: 'warn',
  info: 'info',
  http: 'http',
  verbose: 'verbose',
  debug: 'debug',
  silly: 'silly',
  emerg: 'error',
  alert: 'error',
  crit: 'error',
  warning: 'warn',
  notice: 'info',
  help: 'info',
  data: 'info',
  prompt: 'info',
  input: 'info',
} as const satisfies Record<string, LogLevel>;

/** winston's transports find the finished line and its level under these symbols. */
const messageSymbol = Symbol.for('message');
const levelSymbol = Symbol.for('level');

/** Anything lines can be copied to, such as a winston transport. */
export interface LogTransport {
  write(entry: object): unknown;
}

/** `%s` and its kin in the message take arguments; objects become fields, an error the field `error`. */
export type LogFunction = (message: unknown, ...meta: unknown[]) => PluginLogger;

export const parseLogLevel = (level: unknown): LogLevel | undefined => {
  const name = typeof level === 'string' ? level.toLowerCase() : '';
  return Object.hasOwn(severity, name) ? (name as LogLevel) : undefined;
};

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Error);

const placeholders = /%[sdifjoOc]/g;

/** `%s` and its kin take their arguments; what is left are fields: objects by name, an error as `error`. */
const toEntry = (message: unknown, meta: unknown[]): Record<string, unknown> => {
  const fields: Record<string, unknown> = {};
  const details: unknown[] = [];
  let text = '';
  let rest = meta;
  if (typeof message === 'string') {
    const taken = meta.length === 0 ? 0 : (message.match(placeholders)?.length ?? 0);
    text = taken === 0 ? message : format(message, ...meta.slice(0, taken));
    rest = meta.slice(taken);
  } else if (isPlainObject(message) && typeof message.message === 'string') {
    text = message.message;
    rest = [{ ...message, message: undefined, level: undefined }, ...meta];
  } else {
    text = message instanceof Error ? message.message : format(message);
    if (typeof message === 'object') rest = [message, ...meta];
  }
  for (const part of rest) {
    if (part instanceof Error) fields.error = part;
    else if (isPlainObject(part)) Object.assign(fields, part);
    else if (part !== undefined) details.push(part);
  }
  return { ...fields, ...(details.length > 0 && { details }), message: text };
};

export class PluginLogger extends Transform {
  declare readonly error: LogFunction;
  declare readonly warn: LogFunction;
  declare readonly info: LogFunction;
  declare readonly http: LogFunction;
  declare readonly verbose: LogFunction;
  declare readonly debug: LogFunction;
  declare readonly silly: LogFunction;
  declare readonly emerg: LogFunction;
  declare readonly alert: LogFunction;
  declare readonly crit: LogFunction;
  declare readonly warning: LogFunction;
  declare readonly notice: LogFunction;
  declare readonly help: LogFunction;
  declare readonly data: LogFunction;
  declare readonly prompt: LogFunction;
  declare readonly input: LogFunction;

  readonly levels: Record<string, number> = { ...severity };
  readonly profilers: object = {};
  readonly exitOnError: boolean = false;
  silent = false;
  /** Fields every line carries. */
  defaultMeta: Record<string, unknown> | undefined;
  readonly #redactor: Redactor;
  #level: LogLevel = 'info';
  #transports: LogTransport[] = [];

  constructor(redactor: Redactor = new Redactor(), defaultMeta?: Record<string, unknown>) {
    super({ objectMode: true });
    this.#redactor = redactor;
    this.defaultMeta = defaultMeta;
  }

  /** One of error, warn, info, http, verbose, debug and silly; anything else is refused and logged. */
  get level(): string {
    return this.#level;
  }
  set level(level: string) {
    const known = parseLogLevel(level);
    if (known === undefined) this.warn(`There is no log level "${String(level)}"; it stays ${this.#level}.`);
    else this.#level = known;
  }

  /** Copies of every line go to these, beside stderr. */
  get transports(): never[] {
    return this.#transports as never[];
  }

  get format(): never {
    throw unsupported('format');
  }
  get exceptions(): never {
    throw unsupported('exceptions');
  }
  get rejections(): never {
    throw unsupported('rejections');
  }

  log(level: string | object, message?: unknown, ...meta: unknown[]): this {
    if (typeof level === 'string') this.#write(level, message, meta);
    else this.#write(String((level as { level?: unknown }).level), level, []);
    return this;
  }

  add(transport: LogTransport): this {
    this.#transports.push(transport);
    return this;
  }
  remove(transport: LogTransport): this {
    this.#transports = this.#transports.filter((known) => known !== transport);
    return this;
  }
  clear(): this {
    this.#transports = [];
    return this;
  }
  close(): this {
    return this.clear();
  }

  query(): never {
    throw unsupported('query');
  }
  stream(): never {
    throw unsupported('stream');
  }

  /** Logs the milliseconds between now and `done`. */
  startTimer(): { logger: never; start: number; done: (info?: object) => boolean } {
    const start = performance.now();
    const done = (info?: object) => {
      this.info({ message: 'timer', ...info, duration_ms: Math.round(performance.now() - start) });
      return true;
    };
    return { logger: this as never, start: Date.now(), done };
  }
  profile(): never {
    throw unsupported('profile');
  }

  configure(options: { level?: string; silent?: boolean; defaultMeta?: Record<string, unknown> }): void {
    if (options.level !== undefined) this.level = options.level;
    if (options.silent !== undefined) this.silent = options.silent;
    if (options.defaultMeta !== undefined) this.defaultMeta = options.defaultMeta;
  }

  /** A logger of the same level and destinations whose lines carry these fields too. */
  child(fields: object): this {
    const child = new PluginLogger(this.#redactor, { ...this.defaultMeta, ...fields });
    child.#level = this.#level;
    child.#transports = this.#transports;
    return child as this;
  }

  isLevelEnabled(level: string): boolean {
    const known = parseLogLevel(level);
    return known !== undefined && severity[known] <= severity[this.#level];
  }
  isErrorEnabled(): boolean {
    return this.isLevelEnabled('error');
  }
  isWarnEnabled(): boolean {
    return this.isLevelEnabled('warn');
  }
  isInfoEnabled(): boolean {
    return this.isLevelEnabled('info');
  }
  isVerboseEnabled(): boolean {
    return this.isLevelEnabled('verbose');
  }
  isDebugEnabled(): boolean {
    return this.isLevelEnabled('debug');
  }
  isSillyEnabled(): boolean {
    return this.isLevelEnabled('silly');
  }

  override _transform(entry: { level?: string }, _encoding: BufferEncoding, done: TransformCallback): void {
    this.log(entry);
    done();
  }

  #write(name: string, message: unknown, meta: unknown[]): void {
    const level = parseLogLevel(name) ?? 'info';
    if (this.silent || severity[level] > severity[this.#level]) return;
    const fields = this.#redactor.value({ ...this.defaultMeta, ...toEntry(message, meta) }) as Record<string, unknown>;
    // These three lead, and no field of that name may stand in for them.
    const entry = { time: new Date().toISOString(), level: level as string, message: fields.message };
    for (const [name, field] of Object.entries(fields)) if (!(name in entry)) Object.assign(entry, { [name]: field });
    const line = JSON.stringify(entry);
    writeLogLine(line);
    for (const transport of this.#transports) {
      transport.write({ ...entry, [messageSymbol]: line, [levelSymbol]: level });
    }
  }
}

const unsupported = (member: string): PluginSdkError =>
  new PluginSdkError('unsupported', `The plugin's logger has no "${member}": it writes JSON lines to stderr.`);

for (const [method, level] of Object.entries(methodLevels)) {
  Object.defineProperty(PluginLogger.prototype, method, {
    value(this: PluginLogger, message: unknown, ...meta: unknown[]) {
      return this.isLevelEnabled(level) ? this.log(level, message, ...meta) : this;
    },
  });
}
