import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Arrival, arrivalSchema } from '@batchfeed/schemas';
import { z } from 'zod';
import { CliError } from '../cli/cli-error.ts';

/** A line of a file of arrivals: a recorded one, or a line as a plugin answers with it and the time it came. */
const lineSchema = z.union([
  arrivalSchema,
  z
    .looseObject({
      ts: arrivalSchema.shape.ts,
      grouping_key: z.string(),
      content: z.unknown(),
      subject: arrivalSchema.shape.subject,
      cause: arrivalSchema.shape.cause,
    })
    .transform(({ ts, grouping_key: key, content, subject, cause }): Arrival => {
      const bytes = Buffer.byteLength(JSON.stringify(content ?? null));
      const more = { ...(subject === undefined ? {} : { subject }), ...(cause === undefined ? {} : { cause }) };
      return { ts, key, bytes, ...more };
    }),
]);

/** Reads arrivals from NDJSON. @throws CliError `FAILED`, naming the line. */
export async function readArrivals(file: string | undefined): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  let number = 0;
  try {
    const input = file === undefined ? process.stdin : createReadStream(file);
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (text.trim() === '') continue;
      const read = lineSchema.safeParse(parse(text));
      if (!read.success)
        throw new CliError(
          'FAILED',
          `Line ${number} is no arrival: it needs ts, and key with bytes or grouping_key with content.`,
        );
      arrivals.push(read.data);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('FAILED', `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return arrivals;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
