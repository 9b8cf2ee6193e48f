import { buildConnector, Client, type Dispatcher } from 'undici';
import { AddressGuard, portOf } from './address-guard.ts';
import { CallHandler } from './call-handler.ts';
import { Connections } from './connections.ts';
import { gatherWrites } from './gather-writes.ts';
import { PIPELINED_CALLS, Pipelining } from './pipelining.ts';
import type { PluginAnswer } from './plugin-answer.ts';

export interface PluginCall {
  /** Where the plugin listens. */
  readonly baseUrl: string;
  /** Like `/v1/user_segment_update`. */
  readonly endpoint: string;
  /** JSON text. Without one it is a GET. */
  readonly body?: string | Buffer | undefined;
  /** Header names and values, in turn, beside the content type. */
  readonly headers?: readonly string[] | undefined;
  /** From the call's turn on its connection to the last byte of the answer. Default 30 s. */
  readonly timeoutMs?: number | undefined;
  /** Whether it may share a connection with others of its kind, where that makes them quicker: one that is slow holds up those behind it. */
  readonly pipelined?: boolean | undefined;
}

export interface PluginCallerOptions {
  /** Calls under way to one plugin at most, of those that may share a connection and of the others. Default 64. */
  readonly connections?: number;
  /** Calls of a quick plugin that share a connection; 1 for none. Default 8. */
  readonly pipelining?: number;
  /** Bytes of an answer at most; a longer one is cut off and counts as none. Default 16 MiB. */
  readonly maxAnswerBytes?: number;
}

interface Callee {
  readonly url: URL;
  /** Path of the base URL. */
  readonly prefix: string;
  readonly shared: Connections;
  readonly single: Connections;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** How often overdue calls are looked for: one timer for all of them, where a timer each would cost as much as the call. */
const SWEEP_MS = 25;
const CONTENT_TYPE = ['content-type', 'application/json'];
const NO_PIPELINING = { depth: 1, answered: () => {}, failed: () => {} };

/**
 * Calls plugins over keep-alive connections. Never throws for what a plugin does: whatever happens is a `PluginAnswer`.
 */
export class PluginCaller {
  readonly #callees = new Map<string, Callee>();
  readonly #guard: AddressGuard;
  readonly #options: Required<PluginCallerOptions>;
  #underWay = 0;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: PluginCallerOptions = {}, guard = new AddressGuard()) {
    this.#guard = guard;
    this.#options = { connections: 64, pipelining: PIPELINED_CALLS, maxAnswerBytes: 16 * 1024 * 1024, ...options };
  }

  call(call: PluginCall): Promise<PluginAnswer> {
    const { url, prefix, shared, single } = this.#calleeOf(call.baseUrl);
    // Names are looked at when they are looked up; an address is never looked up.
    const reason = this.#guard.objectionTo(url);
    if (reason !== undefined) return Promise.resolve({ kind: 'none', reason, unreachable: true, outage: true });
    return new Promise((resolve) => {
      const handler = new CallHandler({
        timeoutMs: call.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        maxBytes: this.#options.maxAnswerBytes,
        settle: (answer) => {
          this.#underWay -= 1;
          resolve(answer);
        },
      });
      this.#underWay += 1;
      this.#sweeper ??= this.#startSweeping();
      (call.pipelined === true ? shared : single).call(requestOf(call, prefix), handler);
    });
  }

  /** Ends idle connections, and calls under way too: each of them is answered with `none`. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    const callees = [...this.#callees.values()];
    this.#callees.clear();
    await Promise.all(callees.flatMap(({ shared, single }) => [shared.close(), single.close()]));
  }

  #calleeOf(baseUrl: string): Callee {
    let callee = this.#callees.get(baseUrl);
    if (callee === undefined) {
      const url = new URL(baseUrl);
      // HTTP/1.1 only: how calls share connections, and when their time runs, rests on answers in the order of the calls.
      const connect = gatherWrites(buildConnector({ allowH2: false, lookup: this.#guard.lookupFor(portOf(url)) }));
      const { connections: most, pipelining } = this.#options;
      // `Connections` decides how many calls share one, and the sweeper keeps the time of whole calls, where undici's own timeouts would only
      // watch the gaps.
      const open = () => new Client(url.origin, { pipelining, headersTimeout: 0, bodyTimeout: 0, connect });
      callee = {
        url,
        prefix: url.pathname.replace(/\/+$/, ''),
        shared: new Connections({ open, most, pipelining: new Pipelining(pipelining) }),
        single: new Connections({ open, most, pipelining: NO_PIPELINING }),
      };
      this.#callees.set(baseUrl, callee);
    }
    return callee;
  }

  #startSweeping(): NodeJS.Timeout {
    const sweep = () => {
      const now = performance.now();
      for (const { shared, single } of this.#callees.values()) {
        shared.expire(now);
        single.expire(now);
      }
      if (this.#underWay > 0) return;
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
    };
    return setInterval(sweep, SWEEP_MS);
  }
}

function requestOf({ endpoint, body, headers }: PluginCall, prefix: string): Dispatcher.DispatchOptions {
  return {
    path: prefix + endpoint,
    method: body === undefined ? 'GET' : 'POST',
    headers: headers === undefined ? CONTENT_TYPE : [...CONTENT_TYPE, ...headers],
    body: body ?? null,
    // Plugins get every call at least once anyway, and undici pipelines nothing else.
    idempotent: true,
    blocking: false,
  };
}
