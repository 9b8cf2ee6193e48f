import { Buffer, isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import type { ZlibOptions } from 'node:zlib';
import { type Answer, failure } from './answer.ts';

/**
 * A request's body as JSON, `undefined` when it is empty, or the answer that refuses it.
 * Too large a body is refused on its Content-Length or, where that is missing, as soon as it passes the limit.
 */
export interface BodyResult {
  refused?: Answer;
  body?: unknown;
}

/** A refused upload is read on (and thrown away) up to this many times the limit, so that the client sees the answer. */
const discardFactor = 4;

const charsetPattern = /;\s*charset\s*=\s*"?([^\s";]+)/i;
const knownCharsets = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

const tooLarge = (limit: number): Answer => failure(413, `The request body is larger than ${limit} bytes.`);

type Inflate = (body: Buffer, options: ZlibOptions) => Promise<Buffer>;
const inflaters: Readonly<Record<string, (zlib: typeof import('node:zlib')) => Inflate>> = {
  gzip: (zlib) => promisify(zlib.gunzip) as Inflate,
  deflate: (zlib) => promisify(zlib.inflate) as Inflate,
  br: (zlib) => promisify(zlib.brotliDecompress) as Inflate,
};

const refuseByHeaders = (request: IncomingMessage, limit: number): Answer | undefined => {
  const { headers } = request;
  if (Number(headers['content-length'] ?? 0) > limit) return tooLarge(limit);
  const charset = charsetPattern.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !knownCharsets.has(charset.toLowerCase())) {
    return failure(415, `The charset "${charset}" is not supported; send utf-8.`);
  }
  const encoding = headers['content-encoding']?.toLowerCase();
  if (encoding !== undefined && encoding !== 'identity' && !Object.hasOwn(inflaters, encoding)) {
    return failure(415, `The content encoding "${encoding}" is not supported; send gzip, deflate, br or none.`);
  }
  return undefined;
};

/** Byte order marks are dropped, as other JSON servers do. */
const parse = (bytes: Buffer): BodyResult => {
  if (bytes.length === 0) return { body: undefined };
  if (!isUtf8(bytes)) return { refused: failure(400, 'The request body is not valid utf-8.') };
  const text = bytes.toString('utf8');
  try {
    return { body: JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) };
  } catch {
    return { refused: failure(400, 'The request body is not valid JSON.') };
  }
};

const inflate = async (bytes: Buffer, encoding: string, limit: number): Promise<BodyResult> => {
  try {
    const zlib = await import('node:zlib');
    return parse(await inflaters[encoding]!(zlib)(bytes, { maxOutputLength: limit }));
  } catch (error) {
    const large = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    return { refused: large ? tooLarge(limit) : failure(400, `The request body is not valid ${encoding} data.`) };
  }
};

export const readBody = (request: IncomingMessage, limit: number, done: (result: BodyResult) => void): void => {
  const refused = refuseByHeaders(request, limit);
  const chunks: Buffer[] = [];
  let size = 0;
  let settled = refused !== undefined;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (settled) {
      if (size > limit * discardFactor) request.destroy();
    } else if (size > limit) {
      settled = true;
      chunks.length = 0;
      done({ refused: tooLarge(limit) });
    } else {
      chunks.push(chunk);
    }
  });
  request.on('end', () => {
    if (settled) return;
    settled = true;
    const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
    const encoding = request.headers['content-encoding']?.toLowerCase();
    if (encoding === undefined || encoding === 'identity') done(parse(bytes));
    else void inflate(bytes, encoding, limit).then(done);
  });
  // A client that goes away while sending: nobody is left to answer.
  request.on('error', () => {
    settled = true;
  });
  if (refused !== undefined) done({ refused });
};
