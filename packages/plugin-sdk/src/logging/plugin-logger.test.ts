import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import winston from 'winston';
import { PluginLogger } from './plugin-logger.ts';
import { Redactor } from './redact.ts';

/** A logger whose lines are kept instead of printed. */
const record = (level = 'info') => {
  const lines: Record<string, unknown>[] = [];
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const logger = new PluginLogger();
  logger.level = level;
  logger.add({ write: (entry) => lines.push(JSON.parse(JSON.stringify(entry))) });
  return { logger, lines };
};

describe('the logger', () => {
  it('type-checks as winston’s, and writes to winston’s transports', () => {
    const { logger } = record();
    const asWinston: winston.Logger = logger;
    const stream = new PassThrough();
    const transport = new winston.transports.Stream({ stream });
    asWinston.add(transport);
    asWinston.level = 'debug';
    asWinston.debug('hello', { a: 1 });
    expect(JSON.parse(String(stream.read()))).toMatchObject({ level: 'debug', message: 'hello', a: 1 });
    expect(asWinston.isDebugEnabled()).toBe(true);
    expect(asWinston.isSillyEnabled()).toBe(false);
  });

  it('writes its level and those more important', () => {
    const { logger, lines } = record('warn');
    for (const level of ['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly'] as const) logger[level](level);
    logger.emerg('on fire');
    expect(lines.map(({ level }) => level)).toEqual(['error', 'warn', 'error']);
  });

  it('takes messages in every way winston does', () => {
    const { logger, lines } = record('silly');
    logger.info('text', { a: 1 }, { b: 2 });
    logger.log('warn', 'text');
    logger.log({ level: 'error', message: 'object', a: 1 });
    logger.info({ message: 'object', a: 1 });
    logger.info(new Error('an error'));
    logger.error('failed', new Error('an error'));
    logger.info('%s: %j', 'x', { y: 1 }, { rest: true });
    logger.info('100 % sure');
    logger.info('odd', 7, 'more');
    logger.info({ a: 1 });
    expect(lines.map(({ time: _time, error, ...line }) => ({ ...line, ...(error ? { error: true } : {}) }))).toEqual([
      { level: 'info', message: 'text', a: 1, b: 2 },
      { level: 'warn', message: 'text' },
      { level: 'error', message: 'object', a: 1 },
      { level: 'info', message: 'object', a: 1 },
      { level: 'info', message: 'an error', error: true },
      { level: 'error', message: 'failed', error: true },
      { level: 'info', message: 'x: {"y":1}', rest: true },
      { level: 'info', message: '100 % sure' },
      { level: 'info', message: 'odd', details: [7, 'more'] },
      { level: 'info', message: '{ a: 1 }', a: 1 },
    ]);
  });

  it('gives children their fields', () => {
    const { logger, lines } = record();
    logger.child({ feed_id: '1' }).child({ more: 2 }).info('hello');
    expect(lines[0]).toMatchObject({ feed_id: '1', more: 2, message: 'hello' });
  });

  it('survives what cannot be written as JSON', () => {
    const { logger, lines } = record();
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    logger.info('odd', { cycle, big: 7n, bytes: Buffer.from('abc'), date: new Date(0), none: undefined });
    expect(lines[0]).toMatchObject({ big: '7', bytes: '[3 bytes]' });
  });

  it('says that a level does not exist and keeps the one it has', () => {
    const { logger, lines } = record();
    logger.level = 'banana';
    expect(logger.level).toBe('info');
    expect(lines[0]?.message).toContain('banana');
  });
});

describe('redaction', () => {
  const redactor = new Redactor();
  redactor.setSecrets(['hunter22', 'abc']);

  it.each([
    ['the token hunter22', 'the token [redacted]'],
    ['alphabet abc', 'alphabet abc'],
    ['mail ann.lee+x@example.com now', 'mail [redacted] now'],
    ['анна@пример.рф', '[redacted]'],
    ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic [redacted]'],
    ['Bearer ey.J-x_y', 'Bearer [redacted]'],
    ['https://a/cb?code=4/0Ab&state=1', 'https://a/cb?code=[redacted]&state=1'],
    ['{"refresh_token":"r-1","a":1}', '{"refresh_token":"[redacted]","a":1}'],
    ['GET https://a/users?email=ann%40example.com&x=1', 'GET https://a/users?email=[redacted]&x=1'],
    [
      'request: {"user_point_id":"u-1","hash":"h-1","type":"X"}',
      'request: {"user_point_id":"[redacted]","hash":"[redacted]","type":"X"}',
    ],
    ['"{\\"access_token\\":\\"a-1\\",\\"b\\":1}"', '"{\\"access_token\\":\\"[redacted]\\",\\"b\\":1}"'],
    ['nothing to hide', 'nothing to hide'],
  ])('of %j', (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
  });

  it('takes the value of telling fields, however they are written', () => {
    const value = {
      Authorization: 'x',
      'api-key': 'x',
      apiKey: 'x',
      refresh_token: 'x',
      user_identifiers: [1],
      user_point_id: 'x',
      ok: 'x',
    };
    expect(redactor.value(value)).toEqual({
      Authorization: '[redacted]',
      'api-key': '[redacted]',
      apiKey: '[redacted]',
      refresh_token: '[redacted]',
      user_identifiers: '[redacted]',
      user_point_id: '[redacted]',
      ok: 'x',
    });
  });

  it('keeps the code of an error and cleans its message, stack and cause', () => {
    const error = Object.assign(new Error('of ann@example.com', { cause: new Error('hunter22') }), { code: 'E_MAIL' });
    const clean = redactor.value(error) as { code: string };
    expect(clean.code).toBe('E_MAIL');
    expect(JSON.stringify(clean)).not.toMatch(/ann@|hunter22/);
  });

  it('takes no longer than its text is long', () => {
    const start = performance.now();
    for (const text of [
      'a'.repeat(200_000),
      `${'a@'.repeat(100_000)}`,
      `${'a'.repeat(200_000)}@`,
      'code='.repeat(40_000),
    ]) {
      redactor.text(text);
    }
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
