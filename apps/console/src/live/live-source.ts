import { backoffMs } from './backoff.ts';

/**
 * One stream of server-sent events that comes back by itself.
 *
 * connecting → open → waiting (the stream broke; tried again with back-off) → connecting …
 * Any state → closed, for good. While the browser knows that it is offline, or the page is hidden for a while, it waits
 * without trying. After every gap `onReopened` tells that events may have been missed: read again what they are about.
 */
export type LiveState = 'connecting' | 'open' | 'waiting' | 'closed';

export interface LiveListener {
  /** Names of events and what to do with their data, parsed JSON. */
  readonly events: Readonly<Record<string, (data: unknown) => void>>;
  readonly onState: (state: LiveState) => void;
  readonly onReopened: () => void;
}

/** How long a hidden page keeps its stream. */
const HIDDEN_MS = 60_000;

export class LiveSource {
  readonly #address: string;
  readonly #listener: LiveListener;
  #source: EventSource | undefined;
  #timer: number | undefined;
  #failures = 0;
  #wasOpen = false;
  #state: LiveState = 'connecting';

  constructor(address: string, listener: LiveListener) {
    this.#address = address;
    this.#listener = listener;
    addEventListener('online', this.#connect);
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.#connect();
  }

  close(): void {
    removeEventListener('online', this.#connect);
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#drop();
    this.#enter('closed');
  }

  readonly #connect = (): void => {
    if (this.#state === 'closed') return;
    this.#drop();
    this.#enter('connecting');
    const source = new EventSource(this.#address);
    this.#source = source;
    source.onopen = () => {
      this.#failures = 0;
      this.#enter('open');
      if (this.#wasOpen) this.#listener.onReopened();
      this.#wasOpen = true;
    };
    // The browser would try again every few seconds for ever; back-off is ours.
    source.onerror = () => this.#wait();
    for (const [name, handle] of Object.entries(this.#listener.events)) {
      source.addEventListener(name, (event) => {
        const data = parse((event as MessageEvent<string>).data);
        if (data !== undefined) handle(data);
      });
    }
  };

  #wait(): void {
    this.#drop();
    this.#failures += 1;
    this.#enter('waiting');
    if (navigator.onLine) this.#timer = window.setTimeout(this.#connect, backoffMs(this.#failures, Math.random()));
  }

  readonly #onVisibility = (): void => {
    if (document.visibilityState === 'visible') {
      if (this.#source === undefined) this.#connect();
      else clearTimeout(this.#timer);
      return;
    }
    if (this.#state !== 'open') return;
    this.#timer = window.setTimeout(() => {
      this.#drop();
      this.#enter('waiting');
    }, HIDDEN_MS);
  };

  #drop(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #enter(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#listener.onState(state);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
