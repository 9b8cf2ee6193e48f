import type { BatchLine, Subject } from './batch.ts';
import type { Group } from './group.ts';
import { liveGroups, Wait } from './wait.ts';

/** Unsettled replays. Later lines of their subjects wait for them, and so do later replays. */
export class Replays<L extends BatchLine> {
  readonly #bySubject = new Map<Subject, readonly Group<L>[]>();
  /** Subjects with unsettled replays. */
  count = 0;

  /** Adds a sealed replay, which waits for the earlier ones of its subjects. */
  add(replay: Group<L>): void {
    const earlier = new Set<Group<L>>();
    for (const subject of subjectsOf(replay)) {
      const replays = this.#bySubject.get(subject) ?? [];
      for (const one of replays) earlier.add(one);
      this.#bySubject.set(subject, [...replays, replay]);
    }
    this.count = this.#bySubject.size;
    Wait.for([...earlier])?.hold(replay);
  }

  /** A batch is over: forgets it, should it be a replay. */
  remove(group: Group<L>): void {
    if (this.count === 0) return;
    for (const subject of subjectsOf(group)) {
      const left = this.#bySubject.get(subject)?.filter((one) => one !== group) ?? [];
      if (left.length > 0) this.#bySubject.set(subject, left);
      else this.#bySubject.delete(subject);
    }
    this.count = this.#bySubject.size;
  }

  /** A wait, and the replays of a subject with it. */
  with(wait: Wait<L> | undefined, subject: Subject): Wait<L> | undefined {
    const replays = this.#bySubject.get(subject);
    return replays === undefined ? wait : Wait.for([...liveGroups(wait), ...replays]);
  }
}

function subjectsOf<L extends BatchLine>({ lines }: Group<L>): Set<Subject> {
  const subjects = new Set<Subject>();
  for (const { subject } of lines) if (subject !== undefined) subjects.add(subject);
  return subjects;
}
