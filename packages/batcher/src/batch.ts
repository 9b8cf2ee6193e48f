import type { Policy } from './policy.ts';

/** Why a batch was sealed. */
export type SealReason =
  /** It holds as many lines as the policy allows. */
  | 'lines'
  /** The next line would have taken it over the byte limit. */
  | 'bytes'
  /** Its oldest line has waited as long as the policy allows. */
  | 'age'
  /** A later line of a subject it holds came under another key and must not overtake it. */
  | 'order'
  /** The caller asked for everything that is open. */
  | 'drain'
  /** Memory ran short and it was the oldest. */
  | 'budget'
  /** A new policy left it over a limit. */
  | 'reconfigured';

/** What the batcher reads of a line; the rest of the object is the caller's and stays untouched. */
export interface BatchLine {
  /** Opaque: compared exactly, never parsed, trimmed or case-folded. */
  readonly key: string;
  /** UTF-8 bytes the line takes in the final body, without separator. */
  readonly bytes: number;
  /** Whom the line is about. Lines of one subject keep their order across keys. Without one the line orders only within its key. */
  readonly subject?: string | undefined;
}

/** Lines of one key, open or sealed. Sealed, it never changes again but for `settled`. */
export interface Batch<L extends BatchLine> {
  readonly key: string;
  /** The policy it is or was filled under. */
  readonly policy: Policy;
  /** In the order of adding. */
  readonly lines: readonly L[];
  /** Exact size of the final body: envelope, lines and separators. */
  readonly bytes: number;
  /** When its oldest line was added, in the caller's milliseconds. */
  readonly openedAt: number;
  /** Undefined while the batch is open. */
  readonly reason: SealReason | undefined;
  /** Place in the order of sealing, from 1; 0 while open. */
  readonly sequence: number;
  /** Older batches of other keys that have to be settled before this one may be sent. All of them are sealed. */
  readonly after: ReadonlySet<Batch<L>> | undefined;
  /** Whether `settle` was told that it is over. */
  readonly settled: boolean;
}

/** The batcher's own view of a batch. */
export interface Group<L extends BatchLine> extends Batch<L> {
  policy: Policy;
  lines: L[];
  bytes: number;
  reason: SealReason | undefined;
  sequence: number;
  after: Set<Group<L>> | undefined;
  settled: boolean;
  /** Neighbours in the age list while open. */
  older: Group<L> | undefined;
  newer: Group<L> | undefined;
}
