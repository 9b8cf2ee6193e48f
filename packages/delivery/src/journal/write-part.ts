import type { EntryRange } from '../store.ts';

/** Entries for one queue that go into one certain write. */
export interface PartAppend {
  readonly queue: string;
  readonly entries: readonly string[];
  /** UTF-8 bytes of the entries. */
  readonly bytes: number;
  /** Called once they are durable, with the position of the first. */
  readonly taken: (first: number) => void;
}

/** Changes of lane state that are written together, with the entries that belong to them. */
export class WritePart {
  readonly put = new Map<string, string | null>();
  readonly over: EntryRange[] = [];
  readonly remove: string[] = [];
  readonly appends: PartAppend[] = [];
  /** Called once the part is durable, after its entries are taken. */
  readonly callbacks: (() => void)[] = [];
  /** About the bytes of the write. */
  bytes = 0;

  append(append: PartAppend): void {
    this.appends.push(append);
    this.bytes += append.bytes;
  }
}
