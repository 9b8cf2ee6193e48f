import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DeliveryEvent,
  type Engine,
  type Line,
  MemoryStore,
  type Outcome,
  type OutgoingBatch,
  openEngine,
  type Policy,
} from './index.ts';
import { FakeClock, ProcessStore, RecordingPartner, settle } from './testing.ts';

/** 500 in the tests; the long command sets more. */
const RUNS = Number(process.env.BATCHFEED_RUNS ?? 500);

const keys = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b') },
  { weight: 1, arbitrary: fc.constantFrom('', '\u0000', '😀', '\ud800', '__proto__', '1\n2') },
);
const lines = fc.array(
  fc.record({
    destination: fc.constantFrom('d', 'e'),
    key: keys,
    subject: fc.option(fc.constantFrom('s', 't'), { nil: undefined }),
    size: fc.integer({ min: 0, max: 40 }),
  }),
  { minLength: 1, maxLength: 6 },
);
const policies: fc.Arbitrary<Policy> = fc.record({
  maxLines: fc.integer({ min: 1, max: 5 }),
  maxBytes: fc.integer({ min: 60, max: 150 }),
  maxAgeMs: fc.constantFrom(5, 50),
  separatorBytes: fc.constant(1),
  envelopeBytes: fc.constant(4),
});
const moods = fc.constantFrom('well', 'busy', 'asks-delay', 'refuses', 'throws', 'slow', 'picky');

const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('append' as const), lines, wait: fc.boolean() }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('time' as const), by: fc.integer({ min: 0, max: 80 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('mood' as const), mood: moods }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), turns: fc.nat(6) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reconfigure' as const), policy: policies }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('replay' as const) }) },
  ),
  // Without a size fast-check stops at some ten steps, whatever the longest may be.
  { maxLength: 30, size: 'max' },
);
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

test('the promises hold whatever comes, kills included', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(policies, fc.boolean(), fc.boolean(), steps, async (policy, several, bisect, script) => {
      const world = new World(policy, several ? 3 : 1, bisect);
      await world.open();
      for (const step of script) await world.run(step);
      await world.end();
    }),
    { numRuns: RUNS },
  );
});

const forever = () => new Promise<never>(() => {});

type Mood = typeof moods extends fc.Arbitrary<infer T> ? T : never;

/** A store, a partner and a clock that outlive the engines of a run. */
class World {
  readonly #clock = new FakeClock();
  readonly #store: MemoryStore;
  readonly #partner = new RecordingPartner((batch) => this.#answer(batch));
  #policy: Policy;
  readonly #bisect: boolean;
  #mood: Mood = 'well';
  #process!: ProcessStore;
  #engine!: Engine;
  #nextId = 0;
  #openedAt = 0;
  /** Contents whose append was acknowledged, in order. */
  readonly #acknowledged: Line[] = [];
  readonly #events: DeliveryEvent[] = [];
  /** Slow requests on their way. */
  readonly #slow: (() => void)[] = [];
  readonly #tried = new Map<string, number>();

  constructor(policy: Policy, lanes: number, bisect: boolean) {
    this.#bisect = bisect;
    this.#policy = policy;
    this.#store = new MemoryStore({ id: 'store', lanes });
  }

  async open(): Promise<void> {
    this.#openedAt = this.#clock.now();
    const process = new ProcessStore(this.#store);
    this.#process = process;
    this.#engine = await openEngine({
      store: process,
      log: 'lines',
      policy: () => this.#policy,
      concurrency: 2,
      bisect: this.#bisect,
      retry: { maxAttempts: 4, baseMs: 2, capMs: 20, maxDelayMs: 1000 },
      maxHeldBytes: 4000,
      clock: this.#clock,
      random: () => 0.5,
      // A process that was killed sends nothing more and hears no answer; what it sent may still have its effect.
      send: (batch, context) => (process.killed ? forever() : this.#partner.send(batch, context)),
      onEvent: (event) => this.#hear(event),
    });
  }

  async run(step: Steps[number]): Promise<void> {
    switch (step.do) {
      case 'append': {
        const appended = this.#append(step.lines);
        if (step.wait) await Promise.race([appended, settle()]);
        break;
      }
      case 'time':
        await this.#clock.advance(step.by);
        break;
      case 'mood':
        this.#mood = step.mood;
        break;
      case 'kill':
        await settle(step.turns);
        this.#process.kill();
        // What was on its way takes effect now: later than this, no engine could tell what it will overtake.
        for (const arrive of this.#slow.splice(0)) arrive();
        await settle(2);
        this.#partner.senderGone();
        await this.open();
        break;
      case 'restart': {
        const closing = this.#engine.close({ patienceMs: 100 });
        await this.#clock.advance(200);
        await closing;
        await this.open();
        break;
      }
      case 'drain':
        this.#engine.drain();
        break;
      case 'reconfigure':
        this.#policy = step.policy;
        this.#engine.reconfigure();
        break;
      case 'replay': {
        const [letter] = await this.#engine.deadLetters({ limit: 1 });
        if (letter !== undefined) await this.#engine.replay(letter.ref);
        break;
      }
    }
    this.#balance();
  }

  async end(): Promise<void> {
    this.#mood = 'well';
    await this.#clock.advance(2000);
    // A last restart finds nothing to do that was not done, and nothing that was.
    await this.#engine.close();
    await this.open();
    this.#engine.drain();
    await this.#clock.advance(2000);
    await this.#engine.idle();
    this.#balance();
    const letters = await this.#engine.deadLetters({ limit: 1000 });
    const dead = new Set<string>();
    for (const { ref } of letters) for (const content of await this.#engine.deadLines(ref)) dead.add(content);
    expect(this.#partner.faults).toEqual([]);
    expect(this.#events.filter(({ type }) => type === 'ledger_mismatch' || type === 'failed')).toEqual([]);
    // Promise 1 and 2: every acknowledged line has arrived or is a dead letter.
    for (const { content } of this.#acknowledged) {
      expect(this.#partner.deliveries.has(content) || dead.has(content), content).toBe(true);
    }
    // Promise 4: first deliveries in accept order, within a key and, across keys, within a subject.
    this.#inOrder(this.#partner.firstByKey);
    this.#inOrder(this.#partner.firstBySubject);
    // Nothing is left behind in the store but dead letters and counts.
    expect(this.#engine.heldBytes).toBe(0);
    await this.#engine.close();
  }

  #append(
    given: readonly { destination: string; key: string; subject: string | undefined; size: number }[],
  ): Promise<void> {
    const lines = given.map(({ size, ...line }) => ({ ...line, content: `${this.#nextId++}:${'x'.repeat(size)}` }));
    return this.#engine.append(lines).then(
      ({ refused }) => {
        const out = new Set(refused.map(({ index }) => index));
        for (const { error } of refused) expect(error.code).toBe('LINE_TOO_LARGE');
        this.#acknowledged.push(...lines.filter((_, index) => !out.has(index)));
      },
      (error) => expect(error).toMatchObject({ code: 'CLOSED' }),
    );
  }

  #hear(event: DeliveryEvent): void {
    this.#events.push(event);
    // Promise 5: sealed within the maximum age, or at once when it ran out while no engine did.
    const late = event.type === 'sealed' && event.ageMs > 50 && this.#clock.now() > this.#openedAt;
    if (late) this.#partner.faults.push(`A line waited ${event.ageMs} ms in an open group.`);
  }

  async #answer({ id, lines }: OutgoingBatch): Promise<Outcome> {
    const tried = (this.#tried.get(id) ?? 0) + 1;
    this.#tried.set(id, tried);
    switch (this.#mood) {
      case 'busy':
        return tried % 3 === 0 ? { kind: 'delivered' } : { kind: 'retry', reason: 'Busy.', status: 503 };
      case 'asks-delay':
        return tried % 2 === 0 ? { kind: 'delivered', delayMs: 30 } : { kind: 'retry', reason: 'Wait.', delayMs: 25 };
      case 'refuses':
        return { kind: 'rejected', reason: 'No.', status: 400 };
      case 'picky':
        return lines.some(({ content }) => content.length % 7 === 0)
          ? { kind: 'rejected', reason: 'Bad line.' }
          : { kind: 'delivered' };
      case 'throws':
        throw new Error('Connection reset.');
      case 'slow':
        await new Promise<void>((resolve) => {
          this.#slow.push(resolve);
          this.#clock.after(30, resolve);
        });
        return { kind: 'delivered' };
      default:
        return { kind: 'delivered' };
    }
  }

  /** Promise 1: the ledger adds up at any moment. */
  #balance(): void {
    for (const destination of [undefined, 'd', 'e']) {
      const { accepted, open, sealed, inFlight, delivered, dead } = this.#engine.ledger(destination);
      expect(open + sealed + inFlight + delivered + dead).toBe(accepted);
    }
  }

  #inOrder(byName: ReadonlyMap<string, readonly string[]>): void {
    for (const contents of byName.values()) {
      const numbers = contents.map((content) => Number(content.slice(0, content.indexOf(':'))));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
  }
}
