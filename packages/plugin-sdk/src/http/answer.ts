import type { IncomingHttpHeaders } from 'node:http';

/** A request as endpoints see it: parsed, without its socket. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body; undefined for an empty one and for GET. */
  readonly body: unknown;
}

/** What is sent back. `text` is the finished body. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const json = (status: number, body: unknown, headers?: Record<string, string>): Answer => ({
  status,
  text: JSON.stringify(body),
  ...(headers !== undefined && { headers }),
});

/** The shape of every answer that is not the plugin's own. */
export const failure = (status: number, message: string, headers?: Record<string, string>): Answer =>
  json(status, { status: 'error', message }, headers);
