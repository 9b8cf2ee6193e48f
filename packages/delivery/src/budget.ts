import { type Deferred, deferred } from './deferred.ts';
import { Fifo } from './fifo.ts';

/** What a line costs in memory beside its text: its object, its place in arrays and maps. An estimate, on the safe side. */
export const LINE_OVERHEAD_BYTES = 256;

/**
 * Bytes of unsettled lines held in memory, shared fairly. A destination may hold as much as is still free: one alone gets half, and of
 * n that do not move each gets an nth-plus-one, so that there is always room for those that do. Who wants more waits its turn; nothing
 * is dropped.
 */
export class Budget {
  readonly limit: number;
  #held = 0;
  readonly #accounts = new Map<string, Account>();
  /** Accounts that somebody waits for, in the order in which that began. */
  readonly #wanted = new Set<Account>();
  readonly #onRoom = new Set<(destination: string) => void>();

  constructor(limit: number) {
    this.limit = limit;
  }

  get held(): number {
    return this.#held;
  }

  account(destination: string): Account {
    let account = this.#accounts.get(destination);
    if (account === undefined) {
      account = new Account(this, destination);
      this.#accounts.set(destination, account);
    }
    return account;
  }

  /** Calls back with a destination for which there is room again, after `Account.hasRoom` was asked in vain. */
  onRoom(callback: (destination: string) => void): void {
    this.#onRoom.add(callback);
  }

  /** Lets everybody who waits go on, to be told that the engine is closed. */
  release(): void {
    for (const account of this.#wanted) account.grantAll();
  }

  /** @internal */
  moved(bytes: number): void {
    this.#held += bytes;
    if (bytes >= 0) return;
    for (const account of this.#wanted) {
      account.grant();
      if (account.waiting > 0 || !account.hasRoom) continue;
      this.#wanted.delete(account);
      for (const callback of this.#onRoom) callback(account.destination);
    }
  }

  /** @internal */
  want(account: Account): void {
    this.#wanted.add(account);
  }
}

/** What one destination holds of the budget. */
export class Account {
  readonly destination: string;
  readonly #budget: Budget;
  #held = 0;
  readonly #turns = new Fifo<Deferred & { readonly bytes: number }>();

  constructor(budget: Budget, destination: string) {
    this.#budget = budget;
    this.destination = destination;
  }

  get held(): number {
    return this.#held;
  }

  /** Reservations that have not had their turn. */
  get waiting(): number {
    return this.#turns.size;
  }

  get hasRoom(): boolean {
    return this.#held < this.#budget.limit - this.#budget.held;
  }

  /** As `hasRoom`; a no is followed by a call of the budget's `onRoom`. */
  askRoom(): boolean {
    const room = this.hasRoom;
    if (!room) this.#budget.want(this);
    return room;
  }

  /** Takes `bytes`: at once, or when the returned promise resolves, after those who asked before. */
  reserve(bytes: number): Promise<void> | undefined {
    if (this.hasRoom && this.waiting === 0) {
      this.take(bytes);
      return undefined;
    }
    const turn = { bytes, ...deferred() };
    this.#turns.push(turn);
    this.#budget.want(this);
    return turn.promise;
  }

  /** Takes `bytes` at once, for what cannot wait: lines that are durable already. */
  take(bytes: number): void {
    this.#held += bytes;
    this.#budget.moved(bytes);
  }

  give(bytes: number): void {
    this.#held -= bytes;
    this.#budget.moved(-bytes);
  }

  /** @internal Serves those who wait, as far as there is room. */
  grant(): void {
    while (this.waiting > 0 && this.hasRoom) this.#serve();
  }

  /** @internal */
  grantAll(): void {
    while (this.waiting > 0) this.#serve();
  }

  #serve(): void {
    const turn = this.#turns.shift();
    if (turn === undefined) return;
    this.take(turn.bytes);
    turn.resolve();
  }
}
