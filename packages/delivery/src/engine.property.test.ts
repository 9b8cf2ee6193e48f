import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type DeliveryEvent,
  type Engine,
  type Line,
  MemoryStore,
  type Ordering,
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
    /** Whether it comes of the same update as the line before it. */
    sameCause: fc.boolean(),
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
    { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), destination: fc.constantFrom('d', 'e') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('resume' as const), destination: fc.constantFrom('d', 'e') }) },
  ),
  // Without a size fast-check stops at some ten steps, whatever the longest may be.
  { maxLength: 30, size: 'max' },
);
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

/** What a run is made with. */
const worlds = fc.record({
  policy: policies,
  lanes: fc.constantFrom(1, 3),
  bisect: fc.boolean(),
  ordering: fc.constantFrom<Ordering>('USER', 'USER', 'GROUPING_KEY'),
  unit: fc.constantFrom(false, false, false, true),
  // Room for a couple of lines, or for all of them.
  windowBytes: fc.constantFrom(4_096, 1_000_000),
});
type Given = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

it('keeps its promises whatever comes, kills included', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(worlds, steps, async (given, script) => {
      const world = new World(given);
      await inTime(async () => {
        await world.open();
        for (const step of script) await world.run(step);
        await world.end();
      });
    }),
    { numRuns: RUNS },
  );
});

/** A run that stands still is a fault, and not the test's end. */
async function inTime(run: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The run stands still.')), 2_000);
  });
  await Promise.race([run(), late]).finally(() => clearTimeout(timer));
}

const forever = () => new Promise<never>(() => {});

type Mood = typeof moods extends fc.Arbitrary<infer T> ? T : never;

/** A store, a partner and a clock that outlive the engines of a run. */
class World {
  readonly #clock = new FakeClock();
  readonly #store: MemoryStore;
  readonly #partner: RecordingPartner;
  readonly #given: Given;
  #policy: Policy;
  #mood: Mood = 'well';
  #process!: ProcessStore;
  #engine!: Engine;
  #nextId = 0;
  #nextCause = 0;
  #openedAt = 0;
  /** Whether a line with a subject came: only then lines can have been held. */
  #mayHold = false;
  /** Contents whose append was acknowledged, in order. */
  readonly #acknowledged: Line[] = [];
  readonly #events: DeliveryEvent[] = [];
  /** Slow requests on their way. */
  readonly #slow: (() => void)[] = [];
  readonly #tried = new Map<string, number>();

  constructor(given: Given) {
    this.#given = given;
    this.#partner = new RecordingPartner((batch) => this.#answer(batch), { units: given.unit });
    this.#policy = given.policy;
    this.#store = new MemoryStore({ id: 'store', lanes: given.lanes });
  }

  async open(): Promise<void> {
    this.#openedAt = this.#clock.now();
    const process = new ProcessStore(this.#store);
    this.#process = process;
    this.#engine = await openEngine({
      store: process,
      log: 'lines',
      policy: this.#given.unit ? 'unit' : () => this.#policy,
      ordering: this.#given.ordering,
      concurrency: 2,
      bisect: this.#given.bisect,
      retry: { maxAttempts: 4, baseMs: 2, capMs: 20, maxDelayMs: 1000 },
      windowBytes: this.#given.windowBytes,
      clock: this.#clock,
      random: () => 0.5,
      // A process that was killed sends nothing more and hears no answer; what it sent may still
      // have its effect.
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
        // What was on its way takes effect now: later than this, no engine could tell what it will
        // overtake.
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
        // A write that fails ends the drain with the engine.
        void this.#engine.drain().catch(() => {});
        break;
      case 'pause':
        this.#engine.pause(step.destination);
        break;
      case 'resume':
        this.#engine.resume(step.destination);
        break;
      case 'reconfigure':
        this.#policy = step.policy;
        this.#engine.reconfigure();
        break;
      case 'replay': {
        const [letter] = await this.#engine.deadLetters({ limit: 1 });
        if (letter === undefined) break;
        await Promise.race([this.#engine.replay(letter.ref, { confirmed: true }), settle()]);
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
    await this.#engine.drain();
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
    // Promise 4: lines without a subject arrive in the order of their key; those of a subject in
    // the order of their causes.
    for (const contents of this.#partner.firstByKey.values()) inOrder(contents, idOf);
    const { ordering } = this.#given;
    const bySubject = ordering === 'USER' ? this.#partner.firstBySubject : this.#partner.firstBySubjectAndKey;
    for (const contents of bySubject.values()) inOrder(contents, causeOf);
    // Nothing is left behind in the store but dead letters and counts.
    expect(this.#engine.windowBytes).toBe(0);
    await this.#engine.close();
  }

  #append(given: readonly GivenLine[]): Promise<void> {
    const lines = given.map(({ size, sameCause, ...line }, index) => {
      const before = given[index - 1];
      const joins = sameCause && before?.destination === line.destination && before.subject === line.subject;
      if (!joins) this.#nextCause += 1;
      const id = this.#nextId;
      this.#nextId += 1;
      if (line.subject !== undefined) this.#mayHold = true;
      return { ...line, cause: this.#nextCause, content: `${this.#nextCause}/${id}:${'x'.repeat(size)}` };
    });
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
    if (event.type !== 'sealed' || this.#given.windowBytes < 1_000_000) return;
    // Promise 5: sealed within the maximum age, or at once when it ran out while no engine did;
    // held lines a quarter later a step.
    const steps = this.#mayHold ? this.#nextId : 0;
    const waited = Math.min(event.ageMs, this.#clock.now() - this.#openedAt);
    const late = waited > 50 * (1 + steps / 4) && !event.express;
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
      const { accepted, waiting, open, sealed, inFlight, delivered, dead } = this.#engine.ledger(destination);
      expect(waiting + open + sealed + inFlight + delivered + dead).toBe(accepted);
    }
  }
}

interface GivenLine {
  readonly destination: string;
  readonly key: string;
  readonly subject: string | undefined;
  readonly size: number;
  readonly sameCause: boolean;
}

function idOf(content: string): number {
  return Number(content.slice(content.indexOf('/') + 1, content.indexOf(':')));
}

function causeOf(content: string): number {
  return Number(content.slice(0, content.indexOf('/')));
}

function inOrder(contents: readonly string[], rankOf: (content: string) => number): void {
  const ranks = contents.map(rankOf);
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
}
