import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

export interface ConsoleFile {
  readonly content: Buffer;
  readonly type: string;
  /** Undefined when it goes out as it is. */
  readonly encoding: string | undefined;
  /** Whether its name changes with its content, so that it may be kept for ever. */
  readonly isImmutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** What the build lays beside each file that is worth it, the best first. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;
const INDEX = 'index.html';
/** Where the build puts files whose names hold a digest of their content. */
const HASHED = /^assets\//;
/** Plain names in plain folders: nothing hidden, and no way out of the folder. */
const SAFE = /^(?:[A-Za-z0-9_-][\w.-]*\/)*[A-Za-z0-9_-][\w.-]*$/;

/** The file a browser gets at a path of the console: its own, or the page, which finds its way itself. Undefined: none. */
export async function consoleFile(folder: string, path: string, acceptEncoding = ''): Promise<ConsoleFile | undefined> {
  const found = SAFE.test(path) ? await packed(folder, path, acceptEncoding) : undefined;
  return found ?? (HASHED.test(path) ? undefined : packed(folder, INDEX, acceptEncoding));
}

async function packed(folder: string, path: string, acceptEncoding: string): Promise<ConsoleFile | undefined> {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const isImmutable = HASHED.test(path);
  for (const [encoding, suffix] of ENCODINGS) {
    if (!accepts(acceptEncoding, encoding)) continue;
    const content = await read(join(folder, path + suffix));
    if (content !== undefined) return { content, type, encoding, isImmutable };
  }
  const content = await read(join(folder, path));
  return content && { content, type, encoding: undefined, isImmutable };
}

function accepts(header: string, encoding: string): boolean {
  return header.split(',').some((entry) => {
    const [name, ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

const NO_FILE = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

async function read(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (NO_FILE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
