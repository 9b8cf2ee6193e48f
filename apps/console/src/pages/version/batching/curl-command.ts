interface Call {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/**
 * A call of the operator API for a shell. The token is a variable: a command that is copied, kept and shown to others must
 * not hold one. Everything else is quoted, so that no name or value is read by the shell.
 */
export function curlCommand({ method, url, body }: Call): string {
  return [
    `curl -X ${method} ${quoted(url)}`,
    '-H "Authorization: $BATCHFEED_TOKEN"',
    "-H 'Content-Type: application/json'",
    `-d ${quoted(JSON.stringify(body, null, 2))}`,
  ].join(' \\\n  ');
}

/** One word for a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
