/** Whether the platform can do its work. States: ready ──▶ failed | closing, each for good. */
export class Health {
  #reason: string | undefined;

  /** Why it cannot work; undefined while it can. */
  get reason(): string | undefined {
    return this.#reason;
  }

  failed(error: Error): void {
    this.#reason ??= `The store failed: ${error.message}`;
  }

  closing(): void {
    this.#reason ??= 'The platform is shutting down.';
  }
}
