import type { Client, Dispatcher } from 'undici';
import type { CallHandler } from './call-handler.ts';
import type { Pipelining } from './pipelining.ts';

export interface ConnectionsOptions {
  /** Makes a connection; it connects with its first call. */
  readonly open: () => Client;
  /** Calls under way at once, at most. */
  readonly most: number;
  /** How many of them share a connection. */
  readonly pipelining: Pick<Pipelining, 'depth' | 'answered' | 'failed'>;
}

interface Connection {
  readonly client: Client;
  /** In the order in which they were sent, which is that of the answers. */
  readonly underWay: CallHandler[];
}

interface Waiting {
  readonly request: Dispatcher.DispatchOptions;
  readonly handler: CallHandler;
  next: Waiting | undefined;
}

/**
 * The keep-alive connections to one plugin. A call goes to the one with the fewest calls; what finds none with room waits here, and only
 * when it is the first of its connection its time begins to run.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #connections: Connection[] = [];
  #first: Waiting | undefined;
  #last: Waiting | undefined;
  #closed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  call(request: Dispatcher.DispatchOptions, handler: CallHandler): void {
    const connection = this.#first === undefined ? this.#withRoom() : undefined;
    if (connection !== undefined) this.#send(connection, request, handler);
    else if (this.#closed) handler.drop();
    else this.#wait({ request, handler, next: undefined });
  }

  /** Ends the calls whose time is up. Those behind them are sent again. */
  expire(now: number): void {
    for (const { underWay } of this.#connections) underWay[0]?.expire(now);
  }

  /** Ends everything: calls under way and those that wait are answered with `none`. */
  async close(): Promise<void> {
    this.#closed = true;
    for (let waiting = this.#first; waiting !== undefined; waiting = waiting.next) waiting.handler.drop();
    this.#first = undefined;
    await Promise.all(this.#connections.map(({ client }) => client.destroy()));
  }

  /** The connection with the fewest calls, a new one before one that would be shared. */
  #withRoom(): Connection | undefined {
    if (this.#closed) return undefined;
    const { most, pipelining, open } = this.#options;
    const depth = Math.min(pipelining.depth, most);
    const width = Math.floor(most / depth);
    let best: Connection | undefined;
    for (let index = 0; index < Math.min(width, this.#connections.length); index += 1) {
      const connection = this.#connections[index] as Connection;
      if (connection.underWay.length === 0) return connection;
      if (connection.underWay.length < (best?.underWay.length ?? depth)) best = connection;
    }
    if (this.#connections.length >= width) return best;
    const connection: Connection = { client: open(), underWay: [] };
    this.#connections.push(connection);
    return connection;
  }

  #send({ client, underWay }: Connection, request: Dispatcher.DispatchOptions, handler: CallHandler): void {
    handler.followed = underWay.length > 0;
    underWay.push(handler);
    if (!handler.followed) handler.turnAt = performance.now();
    handler.onEnd = (ended, answered) => this.#ended(underWay, ended, answered);
    client.dispatch(request, handler);
  }

  #ended(underWay: CallHandler[], handler: CallHandler, answered: boolean): void {
    const now = performance.now();
    const { pipelining } = this.#options;
    const shared = handler.followed || underWay.length > 1;
    // Over HTTP/2 answers may come in another order.
    if (answered) pipelining.answered(Math.max(0, now - handler.turnAt), shared, now);
    else pipelining.failed(now);
    underWay.splice(underWay.indexOf(handler), 1);
    const next = underWay[0];
    if (next !== undefined && next.turnAt === Number.POSITIVE_INFINITY) next.turnAt = now;
    // Not in the midst of reading an answer.
    if (this.#first !== undefined) queueMicrotask(() => this.#sendWaiting());
  }

  #wait(waiting: Waiting): void {
    if (this.#first === undefined) this.#first = waiting;
    else (this.#last as Waiting).next = waiting;
    this.#last = waiting;
  }

  #sendWaiting(): void {
    while (this.#first !== undefined) {
      const connection = this.#withRoom();
      if (connection === undefined) return;
      const { request, handler, next } = this.#first;
      this.#first = next;
      this.#send(connection, request, handler);
    }
  }
}
