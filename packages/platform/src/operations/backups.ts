import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupResource } from '@batchfeed/schemas';
import type { SqliteStore } from '@batchfeed/store-sqlite';
import type { ConfigDatabase } from '../config/open-config-database.ts';
import type { History } from '../history/history.ts';
import { PlatformError } from '../platform-error.ts';

interface BackupsParts {
  readonly dataDir: string;
  readonly db: ConfigDatabase;
  readonly store: SqliteStore;
  readonly history: History;
  readonly now: () => number;
}

const FOLDER = 'backups';
/** Files of the data folder that are databases in use, copied through SQLite. */
const DATABASE = /\.db(-wal|-shm|-journal)?$/;
const UNFINISHED = '.unfinished';

/**
 * Copies of the data folder, made while the platform works: `DIR/backups/NAME`, a data folder in itself.
 *
 * The lines are copied before the configuration, so that every line's feed is there. What came between the two is in
 * neither, or in the configuration only; what was delivered after the copy is delivered again by whoever starts on it,
 * under the same batch ids. The history comes last: what it has more than the others was so, but may happen once more.
 */
export class Backups {
  readonly #parts: BackupsParts;
  #underWay = false;

  constructor(parts: BackupsParts) {
    this.#parts = parts;
  }

  /** @throws PlatformError `CONFLICT` when the name is taken or a backup is being made; `UNAVAILABLE` when the disk is full. */
  async create(name = stamp(this.#parts.now())): Promise<BackupResource> {
    const folder = join(this.#root, name);
    if (existsSync(folder))
      throw new PlatformError('CONFLICT', `There is a backup ${name} already. Choose another name.`);
    if (this.#underWay) throw new PlatformError('CONFLICT', 'A backup is being made already. Wait for that to end.');
    this.#underWay = true;
    const unfinished = `${folder}${UNFINISHED}`;
    try {
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(unfinished, { recursive: true, mode: 0o700 });
      await this.#copyInto(unfinished);
      renameSync(unfinished, folder);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      throw new PlatformError('UNAVAILABLE', `The backup could not be made: ${(error as Error).message}`, {
        cause: error,
      });
    } finally {
      this.#underWay = false;
    }
    return this.#describe(name);
  }

  list(): BackupResource[] {
    if (!existsSync(this.#root)) return [];
    return readdirSync(this.#root)
      .filter((name) => !name.endsWith(UNFINISHED) && statSync(join(this.#root, name)).isDirectory())
      .map((name) => this.#describe(name))
      .sort((one, other) => one.created_ts - other.created_ts);
  }

  async #copyInto(folder: string): Promise<void> {
    const { dataDir, db, store, history } = this.#parts;
    await store.backup(join(folder, 'lines.db'));
    db.prepare('VACUUM INTO ?').run(join(folder, 'platform.db'));
    await history.backup(join(folder, 'history.db'));
    for (const { name } of readdirSync(dataDir, { withFileTypes: true }).filter((entry) => entry.isFile())) {
      if (!DATABASE.test(name)) copyFileSync(join(dataDir, name), join(folder, name));
    }
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o600);
  }

  #describe(name: string): BackupResource {
    const path = join(this.#root, name);
    const bytes = readdirSync(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0);
    return { name, path, bytes, created_ts: Math.round(statSync(path).mtimeMs) };
  }

  get #root(): string {
    return join(this.#parts.dataDir, FOLDER);
  }
}

function stamp(now: number): string {
  return new Date(now).toISOString().replace(/[:.]/g, '-');
}
