/** The thread that reads lines of uploads: parsing is the dearest part of taking updates in, and nothing else needs what it finds. */
import { serveCalls } from '../thread/serve-calls.ts';
import type { LineReaderCalls } from './line-reader-protocol.ts';
import { isFault, readUpdate } from './read-update.ts';

serveCalls<LineReaderCalls>({
  read({ bytes, ends, now }) {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const users: string[] = [];
    const texts: string[] = [];
    const faults: [number, string, string][] = [];
    let start = 0;
    ends.forEach((end, place) => {
      const read = readUpdate(all.subarray(start, end), now);
      start = end;
      if (isFault(read)) faults.push([place, read.path, read.message]);
      else {
        users.push(read.user);
        texts.push(read.text);
      }
    });
    return { users, texts, faults };
  },
});
