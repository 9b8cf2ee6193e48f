import type { Lane, LaneWrite, Store } from '../../store.ts';

/** How the suite makes stores of the kind it is to judge. */
export interface StoreHarness {
  /** A new, empty store with this many lanes. */
  open(lanes: number): Promise<Store>;
  /** Closes the store and opens what it left. */
  reopen(store: Store): Promise<Store>;
  /** Closes the store and removes what it left. */
  destroy(store: Store): Promise<void>;
  /**
   * Damages the stored text, which no other entry has; returns the store to go on with. Without it
   * the cases of damage are left out.
   */
  damage?(store: Store, text: string): Promise<Store>;
}

/**
 * One case, for any test runner: `it(name, run)`. `run` rejects when the store does not keep the
 * contract.
 */
export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/**
 * What a case of the port works with: a store of two lanes, and a way to close and open it again.
 */
export interface PortWorld {
  /** The store as it was opened last. */
  readonly store: Store;
  reopen(): Promise<Store>;
  damage?(text: string): Promise<Store>;
}

export type PortCase = (world: PortWorld) => Promise<void>;

/** A write of which only these parts are of interest. */
export function writeOf({
  append = {},
  put = {},
  over = [],
  remove = [],
}: {
  append?: Readonly<Record<string, readonly string[]>>;
  put?: Readonly<Record<string, string | null>>;
  over?: LaneWrite['over'];
  remove?: readonly string[];
}): LaneWrite {
  return {
    append: Object.entries(append).map(([queue, entries]) => ({ queue, entries })),
    put: new Map(Object.entries(put)),
    over,
    remove,
  };
}

/** Texts of a queue from a position on, read page by page. */
export async function textsOf(lane: Lane, queue: string, from = 0, maxBytes = 1000): Promise<string[]> {
  return (await entriesOf(lane, queue, from, maxBytes)).map(({ text }) => text);
}

/** Entries of a queue from a position on, read page by page. */
export async function entriesOf(lane: Lane, queue: string, from = 0, maxBytes = 1000) {
  const found: { position: number; text: string; token: string }[] = [];
  for (let next = from; ; ) {
    const page = await lane.read(queue, next, maxBytes);
    const last = page.at(-1);
    if (last === undefined) return found;
    found.push(...page);
    next = last.position + 1;
  }
}

/** `count` different texts that begin with a name. */
export function texts(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`);
}
