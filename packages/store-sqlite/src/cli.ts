#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openSqliteStore } from './sqlite-store.ts';

const HELP = `Usage: batchfeed-store integrity FILE [--json]
       batchfeed-store backup FILE COPY

Checks or copies a store file that no process has open.

  integrity   reads the whole file and says what is wrong with it
  backup      writes a compact copy

Example: batchfeed-store integrity .batchfeed/platform/lines.db

Exit codes: 0 all is well · 1 the file is damaged · 2 wrong call, or the file cannot be opened
`;

const commands: Readonly<Record<string, (args: readonly string[], json: boolean) => Promise<number>>> = {
  integrity: async ([file], json) => {
    const faults = await withStore(file, (store) => store.integrity());
    if (json) process.stdout.write(`${JSON.stringify({ file, faults })}\n`);
    else process.stdout.write(faults.length === 0 ? `${file}: nothing is wrong.\n` : `${faults.join('\n')}\n`);
    return faults.length === 0 ? 0 : 1;
  },
  backup: async ([file, copy]) => {
    if (copy === undefined) throw new Error('Name the file to copy to. See --help.');
    await withStore(file, (store) => store.backup(copy));
    process.stdout.write(`${file} is copied to ${copy}.\n`);
    return 0;
  },
};

async function withStore<T>(
  file: string | undefined,
  use: (store: Awaited<ReturnType<typeof openSqliteStore>>) => Promise<T>,
): Promise<T> {
  if (file === undefined) throw new Error('Name the store file. See --help.');
  if (!existsSync(file)) throw new Error(`${file} does not exist.`);
  const store = await openSqliteStore({ file });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, json: { type: 'boolean' } },
  });
  const command = commands[positionals[0] ?? ''];
  if (values.help === true || command === undefined) {
    (values.help === true ? process.stdout : process.stderr).write(HELP);
    return values.help === true ? 0 : 2;
  }
  return command(positionals.slice(1), values.json === true);
}

process.exitCode = await main().catch((error: Error & { code?: string }) => {
  process.stderr.write(`${error.message}\n`);
  return error.code === 'STORE_CORRUPT' ? 1 : 2;
});
