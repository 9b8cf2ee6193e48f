import type { ServerResponse } from 'node:http';

const PING_MS = 15_000;
/** How long a browser waits before it comes back. */
const RETRY_MS = 2_000;

/** Puts the data of an event together; undefined when there is nothing new to tell. */
type Take = () => unknown;

/**
 * One reader of server-sent events. Nothing is queued for it: a channel is asked for its data when something changed, its
 * turn has come, and the reader has taken what was sent before. A slow reader so gets fewer states, and always the latest.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #channels = new Set<Channel>();
  readonly #ping: NodeJS.Timeout;
  #id = 0;
  #isOver = false;

  constructor(response: ServerResponse, headers: Readonly<Record<string, unknown>>) {
    this.#response = response;
    response.writeHead(200, {
      ...(headers as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies that gather answers before they pass them on must not do so here.
      'x-accel-buffering': 'no',
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
    response.on('drain', () => this.#flush());
    this.#ping = setInterval(() => {
      if (!response.writableNeedDrain) response.write(': ping\n\n');
    }, PING_MS);
    this.#ping.unref();
  }

  /** An event of this name, at most every so many milliseconds. Returns what is to be called when there may be news. */
  channel(name: string, everyMs: number, take: Take): () => void {
    const channel: Channel = {
      name,
      everyMs,
      take,
      hasNews: false,
      sentAt: Number.NEGATIVE_INFINITY,
      timer: undefined,
    };
    this.#channels.add(channel);
    return () => {
      channel.hasNews = true;
      this.#flush();
    };
  }

  /** Calls back once, when the reader has gone or the stream was ended. */
  onEnd(callback: () => void): void {
    this.#response.once('close', () => {
      this.#isOver = true;
      clearInterval(this.#ping);
      for (const { timer } of this.#channels) clearTimeout(timer);
      callback();
    });
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#response.end();
    // A reader that takes nothing would keep the connection for ever.
    setTimeout(() => this.#response.destroy(), RETRY_MS).unref();
  }

  #flush(): void {
    for (const channel of this.#channels) {
      if (this.#isOver || this.#response.writableNeedDrain) return;
      if (channel.hasNews && channel.timer === undefined) this.#send(channel);
    }
  }

  #send(channel: Channel): void {
    const waitMs = channel.sentAt + channel.everyMs - performance.now();
    if (waitMs > 0) {
      channel.timer = setTimeout(() => {
        channel.timer = undefined;
        this.#flush();
      }, waitMs);
      return;
    }
    channel.hasNews = false;
    const data = channel.take();
    if (data === undefined) return;
    channel.sentAt = performance.now();
    this.#id += 1;
    this.#response.write(`event: ${channel.name}\nid: ${this.#id}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

interface Channel {
  readonly name: string;
  readonly everyMs: number;
  readonly take: Take;
  hasNews: boolean;
  sentAt: number;
  timer: NodeJS.Timeout | undefined;
}
