import { lettersOf } from '../inquiry/dead-letter-reader.ts';
import type { DestinationPlace } from '../lanes.ts';
import type { Letter } from '../state/records.ts';

/** Letters that are deleted in one write. */
const PAGE = 100;

/**
 * Deletes the letters of a destination that died before a time, but for those that are leaving.
 * Returns how many, once that is durable.
 */
export async function expireLetters(
  { lane, state }: DestinationPlace,
  before: number,
  leaving: ReadonlySet<string>,
): Promise<number> {
  const { writer } = lane.state;
  let expired = 0;
  let page: Letter[] = [];
  const deletePage = async () => {
    const old = page.filter(({ ref }) => !leaving.has(ref));
    page = [];
    writer.together(() => {
      for (const letter of old) lane.deadLetters.expire(state, letter);
    });
    await writer.written();
    expired += old.length;
  };
  await writer.written();
  // They lie in order of dying, but for those that died again after a replay.
  for await (const letter of lettersOf(lane, state)) {
    if (letter.diedAt >= before) continue;
    page.push(letter);
    if (page.length >= PAGE) await deletePage();
  }
  await deletePage();
  return expired;
}
