import type Database from 'better-sqlite3';

/**
 * Commits the writes of many requests together, so that 200 of them cost one wait for the disk instead of 200.
 *
 * States: *clean* (no transaction), *dirty* (one open transaction) and *held* (one that its opener alone ends). A write
 * makes it dirty; a commit makes it clean; `begin` waits until it is clean and holds it until `commit` or `rollback`.
 * Invariants: every write is a savepoint of its own, so a failing one undoes itself and nothing else; and no answer may
 * leave before `settled()` resolves, so nothing that anyone was told of, or could have read, is lost by a crash.
 */
export class CommitGroup {
  readonly #database: Database.Database;
  readonly #savepoint: (change: () => unknown) => unknown;
  #isWriting = false;
  #isHeld = false;
  #commit: Promise<void> | undefined;

  constructor(database: Database.Database) {
    this.#database = database;
    // Made once: making it takes longer than a small write.
    this.#savepoint = database.transaction((change: () => unknown) => change());
  }

  /**
   * Runs `change` as one savepoint of the open transaction; if it throws, nothing of it stays. A write inside a write is
   * part of it: what it throws must not be caught there.
   */
  write<T>(change: () => T): T {
    if (this.#isWriting) return change();
    if (!this.#database.inTransaction) this.#database.exec('BEGIN IMMEDIATE');
    this.#isWriting = true;
    try {
      return this.#savepoint(change) as T;
    } finally {
      this.#isWriting = false;
    }
  }

  /**
   * Opens a transaction of its own, behind everything written so far, for writes that stand or fall together. Until
   * `commit` or `rollback` the caller keeps other calls from reading and writing.
   */
  async begin(): Promise<void> {
    while (this.#database.inTransaction) await this.settled();
    this.#database.exec('BEGIN IMMEDIATE');
    this.#isHeld = true;
  }

  /** @throws the database's error; then everything since `begin` is undone */
  commit(): void {
    this.#isHeld = false;
    try {
      this.#database.exec('COMMIT');
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  rollback(): void {
    this.#isHeld = false;
    if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
  }

  /**
   * Resolves when all that was written so far is on disk. Calls of the same turn of the event loop share a commit.
   *
   * @throws the database's error; then everything since the last commit is undone
   */
  settled(): Promise<void> {
    // A refusal may come by while it is held: it tells nothing of the database.
    if (this.#isHeld || !this.#database.inTransaction) return Promise.resolve();
    this.#commit ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#commit = undefined;
        try {
          this.commit();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    return this.#commit;
  }
}
