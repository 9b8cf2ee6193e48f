import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from './exit-code.ts';
import { fingerprint } from './fingerprint.ts';
import { readLines } from './read-lines.ts';
import { type Format, readRows } from './read-rows.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rows-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const listOf = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
};
const write = (content: string | Buffer): string => {
  const file = join(dir, 'input');
  writeFileSync(file, content);
  return file;
};
const rowsOf = async (format: Format, content: string) => {
  const rows = await listOf(readRows(write(content), format));
  return rows.map(({ fields, problem }) => fields ?? problem);
};

describe('CSV', () => {
  it.each([
    ['a byte order mark', '\uFEFFsku,n\nA,x\n'],
    ['line ends of Windows', 'sku,n\r\nA,x\r\n'],
    ['line ends of old Macs', 'sku,n\rA,x\r'],
    ['mixed line ends', 'sku,n\r\nA,x\n'],
    ['empty lines', '\n\nsku,n\n\n\nA,x\n\n'],
    ['no line end at the end', 'sku,n\nA,x'],
    ['quotes', '"sku","n"\n"A","x"\n'],
    ['semicolons', 'sku;n\nA;x\n'],
    ['tabs', 'sku\tn\nA\tx\n'],
  ])('is read with %s', async (_, content) => {
    expect(await rowsOf('csv', content)).toEqual([{ sku: 'A', n: 'x' }]);
  });

  it('keeps what is in quotes as it is', async () => {
    const content = 'sku,n\n007,"a ""b"", c\r\nd"\n1e5," 1.50 "\n';
    expect(await rowsOf('csv', content)).toEqual([
      { sku: '007', n: 'a "b", c\r\nd' },
      { sku: '1e5', n: ' 1.50 ' },
    ]);
  });

  it('takes rows of another length for unusable, and nothing else', async () => {
    expect(await rowsOf('csv', 'sku,n\nA\nB,x\nC,y,z\n')).toEqual([
      'it has 1 columns, the header 2',
      { sku: 'B', n: 'x' },
      'it has 3 columns, the header 2',
    ]);
  });

  it.each([
    ['no header', ''],
    ['a header alone in its quotes', '"sku\nA,x\n'],
    ['a quote that does not end', 'sku,n\nA,"x\nB,y\n'],
    ['a column twice', 'sku,sku\n'],
    ['a column without name', 'sku,\n'],
    ['a column that reaches a prototype', 'sku,a.__proto__\n'],
  ])('is refused as a whole with %s', async (_, content) => {
    await expect(rowsOf('csv', content)).rejects.toMatchObject({ exitCode: EXIT.unusable });
  });
});

describe('NDJSON', () => {
  it('is read line by line, whatever a line holds', async () => {
    const lines = ['\uFEFF{"sku":"A"}\r', '', '  ', '{"sku":', '[1]', 'null', '"x"', '{"sku":"B"}'];
    const none = 'it is not an object';
    expect(await rowsOf('ndjson', lines.join('\n'))).toEqual([
      { sku: 'A' },
      'it is not JSON',
      none,
      none,
      none,
      { sku: 'B' },
    ]);
  });

  it('keeps nothing of a line that is too long', async () => {
    // Longer than what is read at once, so that it comes in pieces.
    const long = 'x'.repeat(200_000);
    const file = write(`${long}\nab\n${long}\r\n\nlast`);
    expect(await listOf(readLines(file, 10))).toEqual([
      { number: 1, text: undefined },
      { number: 2, text: 'ab' },
      { number: 3, text: undefined },
      { number: 4, text: '' },
      { number: 5, text: 'last' },
    ]);
    const whole = await listOf(readLines(file, 1_000_000));
    expect(whole.map(({ text }) => text)).toEqual([long, 'ab', long, '', 'last']);
  });
});

describe('fingerprint', () => {
  it('accepts characters of every length wherever the file is cut in pieces', async () => {
    for (const character of ['a', 'é', '€', '🪑']) {
      for (const shift of [0, 1, 2, 3]) {
        const file = write('x'.repeat(shift) + character.repeat(70_000));
        await expect(fingerprint(file)).resolves.toMatchObject({
          bytes: shift + 70_000 * Buffer.byteLength(character),
        });
      }
    }
  });

  it.each([
    ['Latin-1', Buffer.from('sku,name\nA,x\nB,caf\xe9\nC,y\n', 'latin1'), 3],
    ['UTF-16', Buffer.from('\uFEFFsku\n', 'utf16le'), 1],
    ['a character cut short at the end', Buffer.from('sku\nA\n€').subarray(0, -1), 3],
    ['much text before', Buffer.concat([Buffer.from('é\n'.repeat(80_000)), Buffer.from([0xff])]), 80_001],
  ])('refuses %s and says where', async (_, content, line) => {
    await expect(fingerprint(write(content))).rejects.toMatchObject({
      exitCode: EXIT.unusable,
      message: expect.stringContaining(`is not UTF-8 (line ${line})`),
    });
  });

  it('refuses a file that is not there', async () => {
    await expect(fingerprint(join(dir, 'none'))).rejects.toMatchObject({ exitCode: EXIT.unusable });
  });
});
