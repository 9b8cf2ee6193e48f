import { z } from 'zod';

/**
 * What a shop will one day do to its clients, on request: a table of faults, and the queue of those ordered for later.
 *
 * A fault acts either *instead* of the request (nothing is carried out) or on its *answer* (everything is carried out
 * and on disk by then, which is what makes a repeated creation dangerous).
 */

/** An answer on its way out. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

type Change = (answer: Answer, value: number) => void;

const html = (answer: Answer, status: number, title: string) => {
  answer.status = status;
  answer.headers['content-type'] = 'text/html';
  answer.body = Buffer.from(`<html><body><h1>${title}</h1></body></html>`);
};

type Tree = { [key: string]: unknown };

const isObject = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// Rewrites the JSON of an answer; an XML answer stays as it is, its lists have no brackets to lose.
const rewriting =
  (rewrite: (tree: Tree) => void): Change =>
  (answer) => {
    if (answer.headers['content-type'] !== 'application/json') return;
    const tree: unknown = JSON.parse(answer.body.toString());
    if (!isObject(tree)) return;
    rewrite(tree);
    answer.body = Buffer.from(JSON.stringify(tree));
  };

const collapse = (holder: unknown, key: string) => {
  if (!isObject(holder)) return;
  const list = holder[key];
  if (Array.isArray(list) && list.length === 1) holder[key] = list[0];
};

const answerParts = (tree: Tree): unknown[] => {
  const parts = isObject(tree.requests) ? tree.requests.request : undefined;
  return Array.isArray(parts) ? parts : [];
};

const statusAsText = (part: unknown) => {
  const response = isObject(part) ? part.response : undefined;
  const header = isObject(response) ? response.header : undefined;
  if (isObject(header)) header.statusCode = String(header.statusCode);
};

interface Fault {
  when: 'instead' | 'answer';
  /** What `kind=value` means, and its default. */
  value?: { unit: string; default: number };
  change: Change;
}

const table = {
  '429': {
    when: 'instead',
    value: { unit: 'seconds in Retry-After', default: 1 },
    change: (answer, seconds) => {
      answer.status = 429;
      answer.headers['retry-after'] = String(seconds);
      answer.body = Buffer.from('{"message":"Too Many Requests"}');
    },
  },
  '500': { when: 'instead', change: (answer) => html(answer, 500, '500 Internal Server Error') },
  '503': { when: 'instead', change: (answer) => html(answer, 503, '503 Service Unavailable') },
  '504-before': { when: 'instead', change: (answer) => html(answer, 504, '504 Gateway Time-out') },
  '504-after': { when: 'answer', change: (answer) => html(answer, 504, '504 Gateway Time-out') },
  '308': {
    when: 'instead',
    change: (answer) => {
      answer.status = 308;
      answer.headers.location = 'https://127.0.0.1:1/';
      answer.body = Buffer.alloc(0);
    },
  },
  // The three that need the connection or the clock are carried out in fault-hooks.ts.
  'drop-before': { when: 'instead', change: () => {} },
  drop: { when: 'answer', change: () => {} },
  slow: { when: 'answer', value: { unit: 'milliseconds', default: 1_000 }, change: () => {} },
  collapse: {
    when: 'answer',
    change: rewriting((tree) => {
      for (const part of answerParts(tree))
        if (isObject(part) && isObject(part.response)) collapse(part.response.body, 'items');
      collapse(tree.requests, 'request');
      collapse(tree, 'items');
    }),
  },
  'status-text': { when: 'answer', change: rewriting((tree) => answerParts(tree).forEach(statusAsText)) },
  'missing-part': {
    when: 'answer',
    change: rewriting((tree) => void answerParts(tree).pop()),
  },
  'invalid-json': {
    when: 'answer',
    change: (answer) => {
      answer.body = answer.body.subarray(0, Math.floor(answer.body.length / 2));
    },
  },
} as const satisfies Record<string, Fault>;

export type FaultKind = keyof typeof table;

export const faults: Readonly<Record<FaultKind, Fault>> = table;

/** A fault to carry out. */
export interface OrderedFault {
  kind: FaultKind;
  /** Meaning by kind; see the table. */
  value: number;
}

const kinds = Object.keys(table) as [FaultKind, ...FaultKind[]];
const kindSchema = z.enum(kinds);

/** The body of `POST /admin/faults`: faults for the next requests, in order, each for `times` of them. */
export const faultOrderSchema = z.object({
  faults: z
    .array(
      z.object({
        kind: z.union([kindSchema, z.literal('none')]),
        value: z.number().min(0).max(60_000).optional(),
        times: z.number().int().min(1).max(100_000).default(1),
      }),
    )
    .max(10_000),
});

const ordered = (kind: FaultKind, value: number | undefined): OrderedFault => ({
  kind,
  value: value ?? faults[kind].value?.default ?? 0,
});

/** Reads the header `X-Shop-Fault: kind` or `kind=value`; `undefined` for a kind that there is not. */
export const readFaultHeader = (header: string): OrderedFault | undefined => {
  const [kind, value] = header.split('=', 2);
  const known = kindSchema.safeParse(kind?.trim());
  if (!known.success) return undefined;
  const number = value === undefined ? undefined : Math.min(Number(value), 60_000);
  return ordered(known.data, Number.isFinite(number) ? number : undefined);
};

/** The faults ordered for the requests to come. */
export class FaultQueue {
  #queue: { kind: FaultKind | 'none'; value: number | undefined; left: number }[] = [];

  order({ faults: orders }: z.infer<typeof faultOrderSchema>): void {
    this.#queue.push(...orders.map(({ kind, value, times }) => ({ kind, value, left: times })));
  }

  clear(): void {
    this.#queue = [];
  }

  get pending(): number {
    return this.#queue.reduce((total, { left }) => total + left, 0);
  }

  /** The fault of the next request; `none` in the queue lets one through. */
  next(): OrderedFault | undefined {
    const first = this.#queue[0];
    if (first === undefined) return undefined;
    first.left -= 1;
    if (first.left === 0) this.#queue.shift();
    return first.kind === 'none' ? undefined : ordered(first.kind, first.value);
  }
}
