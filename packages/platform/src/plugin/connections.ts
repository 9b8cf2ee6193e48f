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
  /** It was just answered; whether the plugin closes it now is only known a turn later. */
  rests: boolean;
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
  #underWay = 0;
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

  /** Ends the calls whose time is up. Those behind them are sent again, each on a connection of its own. */
  expire(now: number): void {
    for (const { underWay } of this.#connections) {
      const [first, ...behind] = underWay;
      if (first?.isOverdue(now) !== true) continue;
      first.expire();
      for (const handler of behind) handler.withdraw();
    }
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
    const { most, pipelining, open } = this.#options;
    if (this.#closed || this.#underWay >= most) return undefined;
    const depth = Math.min(pipelining.depth, most);
    const width = Math.floor(most / depth);
    let best: Connection | undefined;
    for (let index = 0; index < Math.min(width, this.#connections.length); index += 1) {
      const connection = this.#connections[index] as Connection;
      if (connection.rests) continue;
      if (connection.underWay.length === 0) return connection;
      if (connection.underWay.length < (best?.underWay.length ?? depth)) best = connection;
    }
    if (this.#connections.length >= width) return best;
    const connection: Connection = { client: open(), underWay: [], rests: false };
    this.#connections.push(connection);
    return connection;
  }

  #send(connection: Connection, request: Dispatcher.DispatchOptions, handler: CallHandler): void {
    const { client, underWay } = connection;
    handler.followed = underWay.length > 0;
    underWay.push(handler);
    this.#underWay += 1;
    handler.turnAt = handler.followed ? Number.POSITIVE_INFINITY : performance.now();
    handler.onEnd = (answered) => this.#ended(connection, handler, answered);
    handler.onLost = () => this.#lost(connection, request, handler);
    handler.onRepeated = () => this.#options.pipelining.failed(performance.now());
    client.dispatch(request, handler);
  }

  #ended(connection: Connection, handler: CallHandler, answered: boolean): void {
    const now = performance.now();
    const { pipelining } = this.#options;
    const shared = handler.followed || connection.underWay.length > 1;
    if (answered) pipelining.answered(now - handler.turnAt, shared, now);
    else pipelining.failed(now);
    this.#leave(connection, handler, now);
    // Where calls share connections a plugin has shown that it keeps them; if it stops to, they no longer share them.
    if (answered && connection.underWay.length === 0 && pipelining.depth === 1) this.#rest(connection);
    // Not in the midst of reading an answer.
    else if (this.#first !== undefined) queueMicrotask(() => this.#sendWaiting());
  }

  /** It was sent behind a call that ended the connection: no failure of its own. */
  #lost(connection: Connection, request: Dispatcher.DispatchOptions, handler: CallHandler): void {
    const now = performance.now();
    this.#options.pipelining.failed(now);
    this.#leave(connection, handler, now);
    if (this.#closed) handler.drop();
    else {
      this.#wait({ request, handler, next: undefined });
      setImmediate(() => this.#sendWaiting());
    }
  }

  #leave({ underWay }: Connection, handler: CallHandler, now: number): void {
    const place = underWay.indexOf(handler);
    if (place === -1) return;
    underWay.splice(place, 1);
    this.#underWay -= 1;
    const [next] = underWay;
    if (next !== undefined && next.turnAt === Number.POSITIVE_INFINITY) next.turnAt = now;
  }

  /** Gives the plugin a turn of the event loop to close the connection, as some do without saying so. */
  #rest(connection: Connection): void {
    connection.rests = true;
    setImmediate(() => {
      connection.rests = false;
      this.#sendWaiting();
    });
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
