import type { Outcome, OutgoingBatch, Send } from '../outcome.ts';

/**
 * What arrived at the other side, and whether it kept the engine's promises. Outlives the engines
 * that send to it.
 */
export class RecordingPartner {
  /** Contents by batch id, as first seen. */
  readonly bodies = new Map<string, string>();
  /**
   * Contents of lines without a subject in the order of their first delivery, replays left out, by
   * destination and key.
   */
  readonly firstByKey = new Map<string, string[]>();
  /** The same of lines with a subject, by destination and subject. */
  readonly firstBySubject = new Map<string, string[]>();
  /** The same by destination, subject and key. */
  readonly firstBySubjectAndKey = new Map<string, string[]>();
  /** All of them in the order of their first delivery. */
  readonly arrived: string[] = [];
  /** How often each content was delivered. */
  readonly deliveries = new Map<string, number>();
  /** Broken promises, in sentences. */
  readonly faults: string[] = [];
  /** Batches that came, repetitions included. */
  attempts = 0;
  readonly #busyKeys = new Map<string, symbol>();
  readonly #answer: (batch: OutgoingBatch) => Promise<Outcome> | Outcome;
  readonly #units: boolean;

  /**
   * `units`: each line is a batch, and the order kept is that of subjects, or of keys where there
   * is no subject.
   */
  constructor(
    answer: (batch: OutgoingBatch) => Promise<Outcome> | Outcome = () => ({ kind: 'delivered' }),
    { units = false }: { readonly units?: boolean } = {},
  ) {
    this.#answer = answer;
    this.#units = units;
  }

  /** Call when the sending process is gone: what it had in flight is no longer. */
  senderGone(): void {
    this.#busyKeys.clear();
  }

  /** Give this to the engine. */
  readonly send: Send = async (batch) => {
    this.attempts += 1;
    const body = JSON.stringify([batch.destination, batch.key, batch.lines.map(({ content }) => content)]);
    const seen = this.bodies.get(batch.id);
    if (seen !== undefined && seen !== body) this.faults.push(`Batch ${batch.id} changed from ${seen} to ${body}.`);
    this.bodies.set(batch.id, body);
    const subject = this.#units ? batch.lines[0]?.subject : undefined;
    const key = JSON.stringify([batch.destination, subject ?? batch.key]);
    if (this.#busyKeys.has(key))
      this.faults.push(`Two batches of key ${JSON.stringify(batch.key)} were in flight at once.`);
    const mine = Symbol(batch.id);
    this.#busyKeys.set(key, mine);
    try {
      const outcome = await this.#answer(batch);
      if (outcome.kind === 'delivered') this.#record(batch, key);
      return outcome;
    } finally {
      if (this.#busyKeys.get(key) === mine) this.#busyKeys.delete(key);
    }
  };

  #record(batch: OutgoingBatch, key: string): void {
    for (const { content, subject } of batch.lines) {
      const count = this.deliveries.get(content) ?? 0;
      this.deliveries.set(content, count + 1);
      if (count > 0 || batch.replay) continue;
      this.arrived.push(content);
      if (subject === undefined) push(this.firstByKey, key, content);
      else {
        push(this.firstBySubject, JSON.stringify([batch.destination, subject]), content);
        push(this.firstBySubjectAndKey, JSON.stringify([batch.destination, batch.key, subject]), content);
      }
    }
  }
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
