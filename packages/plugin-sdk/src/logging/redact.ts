/**
 * Takes secrets and personal data out of what is logged or answered. Two nets: fields with a telling name lose their
 * value whole, and every text loses the plugin's own credentials, email addresses, authorisation headers and
 * `token=…`-like pairs.
 */

export const redacted = '[redacted]';

/** Compared in lower case, without `-`, `_` and `$`. */
const redactedKeys = new Set(
  [
    ['authorization', 'auth', 'password', 'passwd', 'pass', 'pwd', 'secret', 'clientsecret', 'credentials', 'cookie'],
    ['setcookie', 'token', 'accesstoken', 'refreshtoken', 'idtoken', 'authenticationtoken', 'apikey', 'workerid'],
    ['code', 'params', 'email', 'emailhash', 'hash', 'phone', 'firstname', 'lastname'],
    ['userpointid', 'useraccountid', 'vectorid', 'useragentid'],
    ['useridentifiers', 'userprofiles', 'batchcontent', 'content'],
  ].flat(),
);

/** The `@` may be escaped, as it is in the query of a URL. */
const emailPattern = /[^\s"'<>()[\]{},;:=@/\\?&]{1,64}(?:@|%40)[^\s"'<>()[\]{},;:=@/\\?&]{1,255}/giu;
const authorizationPattern = /\b(Basic|Bearer)\s+[\w+/=.~-]+/gi;
/** The quotes of a JSON text inside a JSON text are escaped. */
const pairPattern =
  /(\b(?:password|passwd|secret|client_secret|token|access_token|refresh_token|id_token|authentication_token|api_?key|code)\b\\?["']?\s*[=:]\s*\\?["']?)[^\s"'&,;}\\]+/gi;
/** Who somebody is, in a request that was put into a message as JSON. */
const personPattern =
  /("(?:hash|email_?hash|user_point_id|user_account_id|user_agent_id|vector_id|phone|first_?name|last_?name)\\?"\s*:\s*\\?")[^"\\]+/gi;

/** Shorter secrets would blank out ordinary words. */
const minSecretLength = 4;
const maxDepth = 8;

const isRedactedKey = (key: string): boolean => redactedKeys.has(key.toLowerCase().replace(/[-_$]/g, ''));

export class Redactor {
  #secrets: string[] = [];

  /** The values that never appear, whatever they stand in. */
  setSecrets(secrets: readonly string[]): void {
    this.#secrets = secrets.filter((secret) => secret.length >= minSecretLength);
  }

  text(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) {
      if (clean.includes(secret)) clean = clean.replaceAll(secret, redacted);
    }
    if (clean.includes('@') || clean.includes('%40')) clean = clean.replace(emailPattern, redacted);
    return clean
      .replace(authorizationPattern, `$1 ${redacted}`)
      .replace(pairPattern, `$1${redacted}`)
      .replace(personPattern, `$1${redacted}`);
  }

  /** A copy fit for `JSON.stringify`: errors as name, message and stack, cycles and depths cut. */
  value(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Error) return this.error(value, depth);
    if (depth >= maxDepth) return '[deeper]';
    if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
    if (Array.isArray(value)) return value.map((item) => this.value(item, depth + 1));
    if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return this.value(String(value), depth + 1);
    const copy: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(value)) {
      copy[key] = isRedactedKey(key) && field !== undefined ? redacted : this.value(field, depth + 1);
    }
    return copy;
  }

  error(error: Error, depth = 0): Record<string, unknown> {
    const { code, log } = error as { code?: unknown; log?: unknown };
    return {
      name: error.name,
      message: this.text(error.message),
      ...(typeof code === 'string' && { code }),
      ...(typeof log === 'string' && { log: this.text(log) }),
      ...(error.stack !== undefined && { stack: this.text(error.stack) }),
      ...(error.cause !== undefined && depth < maxDepth && { cause: this.value(error.cause, depth + 1) }),
    };
  }
}
