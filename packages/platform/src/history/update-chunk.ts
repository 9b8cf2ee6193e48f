/**
 * Answers of updates, packed: a row of the history holds a quarter of a second of them, column by column, so that an update
 * costs a few dozen bytes and no statement of its own. The users stand first: a search reads nothing else of a chunk.
 */

/** What an answer did to its update; the place in the list stands in the chunk. */
export const updateKinds = ['processed', 'skipped', 'retry', 'rejected', 'dead'] as const;
export type UpdateKind = (typeof updateKinds)[number];
export const operations = [undefined, 'UPSERT', 'DELETE'] as const;
export type Operation = (typeof operations)[number];

/** In the order of their widths, so that each begins where its numbers may. */
const COLUMNS = {
  /** The user's hash. */
  lo: Uint32Array,
  hi: Uint32Array,
  /** Milliseconds from the chunk's beginning to the answer. */
  at: Uint32Array,
  /** Milliseconds from the update's acceptance to the answer; the greatest number stands for more. */
  age: Uint32Array,
  /** Where the update stands in the queue of its feed, which with the batch token is its id. */
  positionLo: Uint32Array,
  positionHi: Uint16Array,
  /** Place in the head's list of batch tokens. */
  token: Uint16Array,
  /** Lines it made; the greatest number stands for more. */
  lines: Uint16Array,
  /** HTTP status; 0 for none. */
  status: Uint16Array,
  attempt: Uint16Array,
  /** Places in the head's lists; no reason is `NONE`. */
  place: Uint16Array,
  reason: Uint16Array,
  kind: Uint8Array,
  operation: Uint8Array,
};
type ColumnName = keyof typeof COLUMNS;
export type Columns = { readonly [Name in ColumnName]: InstanceType<(typeof COLUMNS)[Name]> };
const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];

export const NONE = 0xffff;
const MAX_U32 = 0xffff_ffff;
const MAX_U16 = 0xffff;
const TWO_32 = 0x1_0000_0000;
/** Updates in a chunk at most. */
export const CHUNK_UPDATES = 4_096;
/** Different reasons in a chunk at most. */
const MAX_REASONS = 1_000;
const MAX_REASON_LENGTH = 300;

/** What a chunk's columns point into. */
export interface ChunkHead {
  /** Milliseconds since the epoch. */
  readonly from: number;
  /** Feeds and sessions. */
  readonly places: readonly (readonly [feedId: string, sessionId: string])[];
  readonly reasons: readonly string[];
  readonly tokens: readonly string[];
}

/** A chunk on its way into the database. */
export interface PackedChunk {
  readonly head: ChunkHead;
  readonly to: number;
  readonly count: number;
  readonly bytes: ArrayBuffer;
}

export interface UpdateEntry {
  readonly lo: number;
  readonly hi: number;
  readonly feedId: string;
  readonly sessionId: string;
  /** What the update's id begins with. */
  readonly token: string;
  /** What it ends with. */
  readonly position: number;
  readonly acceptedAt: number;
  readonly answeredAt: number;
  readonly kind: UpdateKind;
  readonly operation: Operation;
  readonly attempt: number;
  readonly lines: number;
  readonly status: number | undefined;
  readonly reason: string | undefined;
}

/** Gathers entries and packs them. */
export class UpdateChunk {
  readonly #columns = columnsIn(new ArrayBuffer(CHUNK_UPDATES * ENTRY_BYTES), CHUNK_UPDATES);
  readonly #places = new Map<string, Map<string, number>>();
  readonly #placeList: [string, string][] = [];
  readonly #reasons = new Map<string, number>();
  readonly #tokens = new Map<string, number>();
  #from = 0;
  #to = 0;
  count = 0;

  get isFull(): boolean {
    return this.count === CHUNK_UPDATES || this.#reasons.size >= MAX_REASONS;
  }

  add(entry: UpdateEntry): void {
    const { count: index } = this;
    const columns = this.#columns;
    if (index === 0) this.#from = entry.answeredAt;
    this.#to = Math.max(this.#to, entry.answeredAt);
    columns.lo[index] = entry.lo;
    columns.hi[index] = entry.hi;
    columns.at[index] = clamp(entry.answeredAt - this.#from, MAX_U32);
    columns.age[index] = clamp(entry.answeredAt - entry.acceptedAt, MAX_U32);
    columns.positionLo[index] = entry.position % TWO_32;
    columns.positionHi[index] = Math.floor(entry.position / TWO_32);
    columns.token[index] = placeIn(this.#tokens, entry.token);
    columns.lines[index] = clamp(entry.lines, MAX_U16);
    columns.status[index] = entry.status ?? 0;
    columns.attempt[index] = clamp(entry.attempt, MAX_U16);
    columns.place[index] = this.#placeOf(entry.feedId, entry.sessionId);
    columns.reason[index] = entry.reason === undefined ? NONE : this.#reasonOf(entry.reason);
    columns.kind[index] = updateKinds.indexOf(entry.kind);
    columns.operation[index] = operations.indexOf(entry.operation);
    this.count = index + 1;
  }

  /** Hands over what it holds and begins anew. */
  take(): PackedChunk {
    const { count } = this;
    const columns = Object.fromEntries(
      COLUMN_NAMES.map((name) => [name, this.#columns[name].subarray(0, count)]),
    ) as unknown as Columns;
    const names = { reasons: [...this.#reasons.keys()], tokens: [...this.#tokens.keys()] };
    const head: ChunkHead = { from: this.#from, places: [...this.#placeList], ...names };
    const chunk = { head, to: this.#to, count, bytes: pack(columns, count) };
    this.#places.clear();
    this.#placeList.length = 0;
    this.#reasons.clear();
    this.#tokens.clear();
    this.#to = 0;
    this.count = 0;
    return chunk;
  }

  #placeOf(feedId: string, sessionId: string): number {
    let sessions = this.#places.get(feedId);
    if (sessions === undefined) {
      sessions = new Map();
      this.#places.set(feedId, sessions);
    }
    let place = sessions.get(sessionId);
    if (place === undefined) {
      place = this.#placeList.push([feedId, sessionId]) - 1;
      sessions.set(sessionId, place);
    }
    return place;
  }

  #reasonOf(text: string): number {
    return placeIn(this.#reasons, text.slice(0, MAX_REASON_LENGTH));
  }
}

/** Place of a name in a list of names, where it is put when it is new. */
function placeIn(names: Map<string, number>, name: string): number {
  let place = names.get(name);
  if (place === undefined) {
    place = names.size;
    names.set(name, place);
  }
  return place;
}

const ENTRY_BYTES = COLUMN_NAMES.reduce((sum, name) => sum + COLUMNS[name].BYTES_PER_ELEMENT, 0);
/** Of an entry, what says whom it is about. */
export const USER_BYTES = COLUMNS.lo.BYTES_PER_ELEMENT + COLUMNS.hi.BYTES_PER_ELEMENT;

export function pack(columns: Columns, count: number): ArrayBuffer {
  const bytes = new ArrayBuffer(count * ENTRY_BYTES);
  const packed = columnsIn(bytes, count);
  for (const name of COLUMN_NAMES) packed[name].set(columns[name]);
  return bytes;
}

/** The columns that stand in the bytes; no copy. */
export function columnsIn(bytes: ArrayBuffer, count: number): Columns {
  let offset = 0;
  const columns = COLUMN_NAMES.map((name) => {
    const column = new COLUMNS[name](bytes, offset, count);
    offset += column.byteLength;
    return [name, column];
  });
  return Object.fromEntries(columns) as unknown as Columns;
}

/** One entry of a chunk. */
export function entryAt(columns: Columns, head: ChunkHead, index: number): UpdateEntry {
  const at = (name: ColumnName) => columns[name][index] as number;
  const [feedId, sessionId] = head.places[at('place')] as readonly [string, string];
  const answeredAt = head.from + at('at');
  return {
    lo: at('lo'),
    hi: at('hi'),
    feedId,
    sessionId,
    token: head.tokens[at('token')] ?? '',
    position: at('positionHi') * TWO_32 + at('positionLo'),
    acceptedAt: answeredAt - at('age'),
    answeredAt,
    kind: updateKinds[at('kind')] as UpdateKind,
    operation: operations[at('operation')],
    attempt: at('attempt'),
    lines: at('lines'),
    status: at('status') === 0 ? undefined : at('status'),
    reason: at('reason') === NONE ? undefined : head.reasons[at('reason')],
  };
}

/** The same chunk without the entries of a feed; undefined when nothing is left. */
export function withoutFeed(columns: Columns, head: ChunkHead, count: number, feedId: string) {
  const kept: number[] = [];
  for (let index = 0; index < count; index += 1) {
    if (head.places[columns.place[index] as number]?.[0] !== feedId) kept.push(index);
  }
  if (kept.length === 0) return undefined;
  const left = columnsIn(new ArrayBuffer(kept.length * ENTRY_BYTES), kept.length);
  for (const name of COLUMN_NAMES) {
    kept.forEach((from, to) => {
      left[name][to] = columns[name][from] as number;
    });
  }
  // The feed's place stays in the list, without its name, so that the others keep theirs.
  const places = head.places.map((place) => (place[0] === feedId ? (['', ''] as const) : place));
  return { bytes: pack(left, kept.length), count: kept.length, head: { ...head, places } };
}

/** Places of a hash among users: `lo` of all, then `hi` of all. */
export function placesOf(users: Uint32Array, count: number, lo: number, hi: number): number[] {
  const places: number[] = [];
  for (let place = users.indexOf(lo); place !== -1 && place < count; place = users.indexOf(lo, place + 1)) {
    if (users[count + place] === hi) places.push(place);
  }
  return places;
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
