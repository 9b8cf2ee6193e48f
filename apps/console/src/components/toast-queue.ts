/** What went well or wrong: a text, or an error whose sentence and id are shown. */
export interface Toast {
  readonly id: number;
  readonly tone: 'ok' | 'bad';
  readonly content: unknown;
}

const SHOWN_MS = 6_000;
const MOST = 4;

/** The latest toasts. Good news leave by themselves; bad ones stay until they are dismissed or pushed out. */
export class ToastQueue {
  #toasts: readonly Toast[] = [];
  #nextId = 1;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): readonly Toast[] => this.#toasts;

  add(toast: Omit<Toast, 'id'>): void {
    const id = this.#nextId++;
    this.#set([...this.#toasts, { ...toast, id }].slice(-MOST));
    if (toast.tone === 'ok') setTimeout(() => this.remove(id), SHOWN_MS);
  }

  remove(id: number): void {
    if (this.#toasts.some((toast) => toast.id === id)) this.#set(this.#toasts.filter((toast) => toast.id !== id));
  }

  #set(toasts: readonly Toast[]): void {
    this.#toasts = toasts;
    for (const listener of this.#listeners) listener();
  }
}
