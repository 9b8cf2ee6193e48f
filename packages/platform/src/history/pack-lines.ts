import type { OutgoingLine } from '@batchfeed/delivery';
import type { PackedLines } from './batch-change.ts';
import type { UserHasher } from './user-hash.ts';

const MAX_U32 = 0xffff_ffff;

/** Packs the lines of a batch for the history: a few numbers a line, and one text of all contents. */
export function packLines(
  lines: readonly OutgoingLine[],
  openedAt: number,
  hasher: UserHasher,
  withContents: boolean,
): PackedLines {
  const count = lines.length;
  const users = new Uint32Array(2 * count);
  const ages = new Uint32Array(count);
  const sizes = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) {
    const { subject, acceptedAt, bytes } = lines[index] as OutgoingLine;
    if (subject !== undefined) {
      hasher.read(subject);
      users[index] = hasher.lo;
      users[count + index] = hasher.hi;
    }
    ages[index] = Math.max(0, Math.min(acceptedAt - openedAt, MAX_U32));
    sizes[index] = bytes;
  }
  return { users, ages, sizes, text: withContents ? textOf(lines) : undefined };
}

function textOf(lines: readonly OutgoingLine[]): string {
  const parts = lines.map(({ content }) => content);
  parts.push(JSON.stringify(lines.map(({ subject }) => subject ?? null)));
  return parts.join('');
}

/** The contents and users of some lines, out of the text of all in UTF-8. */
export function unpackLines(
  text: Buffer,
  sizes: Uint32Array,
  first: number,
  max: number,
): { content: string; user: string | null }[] {
  let offset = 0;
  for (let index = 0; index < first; index += 1) offset += sizes[index] ?? 0;
  const contents: string[] = [];
  let end = offset;
  for (const size of sizes.subarray(first, first + max)) {
    contents.push(text.toString('utf8', end, end + size));
    end += size;
  }
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const users = JSON.parse(text.toString('utf8', all)) as (string | null)[];
  return contents.map((content, index) => ({ content, user: users[first + index] ?? null }));
}
