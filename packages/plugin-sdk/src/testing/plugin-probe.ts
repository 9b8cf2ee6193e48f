/** What a conformance check is told. */
export interface ConformanceOptions {
  /** Where the plugin listens. */
  url: string;
  /** A feed its gateway knows. Default `1`. */
  feedId?: string;
  /** Whether it is a plugin that delivers in batches. Default true. */
  batched?: boolean;
  /** The update sent, without the ids; a user point with an email by default. */
  update?: object;
  /** Texts that must never be in an answer, such as the plugin's token. */
  secrets?: readonly string[];
  /** Milliseconds within which it has to answer. Default 10,000. */
  timeoutMs?: number;
  /** Milliseconds after which an answer is called slow. Default 2,000. */
  slowMs?: number;
}

export interface ProbeAnswer {
  status: number;
  contentType: string;
  text: string;
  headers: Headers;
  /** The parsed body; undefined when it is not JSON. */
  json: Record<string, unknown> | undefined;
}

const parse = (text: string): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
};

const attempts = 5;
const longestRetryAfterSeconds = 5;

/** Calls a plugin over HTTP and looks at every answer for what no answer may be. */
export class PluginProbe {
  readonly options: Required<Omit<ConformanceOptions, 'update'>> & { update: object };
  /** What was wrong with answers in general, by problem, so that each is told once. */
  readonly problems = new Set<string>();
  /** The longest that each call took that was slow, in milliseconds. */
  readonly slowCalls = new Map<string, number>();

  constructor(options: ConformanceOptions) {
    this.options = {
      feedId: '1',
      batched: true,
      secrets: [],
      timeoutMs: 10_000,
      slowMs: 2_000,
      ...options,
      update: options.update ?? {},
    };
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<ProbeAnswer> {
    return this.send('POST', path, JSON.stringify(body), headers);
  }

  /** Comes back later when the plugin says it is busy, as a platform does. */
  async send(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<ProbeAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#sendOnce(method, path, body, headers);
      const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
      if (answer.status !== 429 || !(seconds <= longestRetryAfterSeconds) || attempt === attempts) return answer;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    }
  }

  async #sendOnce(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<ProbeAnswer> {
    const call = `${method} ${path}`;
    const startedAt = performance.now();
    const response = await fetch(new URL(path, this.options.url), {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(this.options.timeoutMs),
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    const answer = { status: response.status, contentType, text, headers: response.headers, json: parse(text) };
    const tookMs = Math.round(performance.now() - startedAt);
    if (tookMs > this.options.slowMs) this.slowCalls.set(call, Math.max(tookMs, this.slowCalls.get(call) ?? 0));
    this.#inspect(call, answer);
    return answer;
  }

  #inspect(call: string, { status, contentType, text }: ProbeAnswer): void {
    if (/html/i.test(contentType) && text !== '')
      this.problems.add(`${call} answered ${status} with HTML instead of JSON.`);
    if (/\n\s+at .+:\d+:\d+/.test(text)) this.problems.add(`${call} answered ${status} with a stack trace.`);
    if (this.options.secrets.some((secret) => text.includes(secret))) {
      this.problems.add(`${call} answered ${status} with a secret in it.`);
    }
  }
}
