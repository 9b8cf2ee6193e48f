import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from './platform-error.ts';

const FILE = 'secret-key';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of everything sealed, so that the form can change one day. */
const FORM = 1;

/** Keeps secrets that must be read again, such as a partner's credentials, unreadable in the database file. */
export class Vault {
  readonly #key: Buffer;
  readonly #tagKey: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
    this.#tagKey = Buffer.from(hkdfSync('sha256', key, '', 'entity tags', KEY_BYTES));
  }

  /** Seals a text with AES-256-GCM, bound to its place: what is sealed for one place cannot be opened in another. */
  seal(text: string, place: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(place));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.from([FORM]), iv, cipher.getAuthTag(), body]);
  }

  /** @throws PlatformError `DATA_FOLDER_UNUSABLE` when it was sealed with another key, for another place, or is damaged. */
  open(sealed: Buffer, place: string): string {
    try {
      const iv = sealed.subarray(1, 1 + IV_BYTES);
      const tag = sealed.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', this.#key, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(place)).setAuthTag(tag);
      const body = sealed.subarray(1 + IV_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new PlatformError(
        'DATA_FOLDER_UNUSABLE',
        `A secret (${place}) cannot be read with the key in ${FILE}. Put back the key file it was kept under, or set the secret again.`,
        { cause },
      );
    }
  }

  /** A short digest of a text that says nothing about it to those who do not have the key. */
  tag(text: string): string {
    return createHmac('sha256', this.#tagKey).update(text).digest('base64url').slice(0, 22);
  }
}

/**
 * Opens the data folder's key, and makes it at the first start: 32 random bytes in the file `secret-key`, mode 600.
 *
 * @throws PlatformError `DATA_FOLDER_UNUSABLE` when the file can be read by others, or is no key.
 */
export function openVault(dataDir: string): Vault {
  const path = join(dataDir, FILE);
  if (!existsSync(path)) makeKey(path);
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new PlatformError('DATA_FOLDER_UNUSABLE', `${path} can be read by others. Make its mode 600.`);
  }
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (key.length !== KEY_BYTES) {
    throw new PlatformError('DATA_FOLDER_UNUSABLE', `${path} is not a key. Restore it from a backup.`);
  }
  return new Vault(key);
}

/** On disk before anything is sealed with it. */
function makeKey(path: string): void {
  const file = openSync(path, 'wx', 0o600);
  writeSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  fsyncSync(file);
  closeSync(file);
}
