import { below, pickWeighted, type Random, randomOf } from './random.ts';

/** One step in the life of a segment: a user point, as of a revision, enters or leaves it. */
export interface Move {
  operation: 'UPSERT' | 'DELETE';
  /** The user point's number, from 0. */
  point: number;
  /** How often the person has changed since the point first entered. */
  revision: number;
}

/** What happens between the arrivals of new points; `return` and `leaveAgain` need somebody who left. */
const followUps = { leave: 60, repeat: 20, change: 8, return: 8, leaveAgain: 4 } as const;
type FollowUp = keyof typeof followUps;

/** Four moves in five bring a new user point. */
const arrivalShare = 0.8;

/** How many user points so many moves are about. */
export const pointsIn = (moves: number): number => Math.max(Math.min(moves, 1), Math.floor(moves * arrivalShare));

/** Points in and out of the segment, with removal of any of them in constant time. */
class Points {
  readonly #numbers: number[] = [];

  get size(): number {
    return this.#numbers.length;
  }

  add(point: number): void {
    this.#numbers.push(point);
  }

  /** One of them; one in twenty times of the latest, who left while their arrival may still be on its way. */
  choose(random: Random): number {
    const latest = random() < 0.05 ? Math.max(0, this.size - 50) : 0;
    return latest + below(random, this.size - latest);
  }

  at(index: number): number {
    return this.#numbers[index]!;
  }

  remove(index: number): number {
    const point = this.#numbers[index]!;
    const last = this.#numbers.pop()!;
    if (index < this.#numbers.length) this.#numbers[index] = last;
    return point;
  }
}

/**
 * The moves of a segment of `pointsIn(count)` user points: arrivals, departures, repeats, changes and returns.
 * Pure: the same arguments give the same moves.
 */
export function* generateMoves(count: number, seed: number): Generator<Move> {
  const random = randomOf(seed, count);
  const inside = new Points();
  const outside = new Points();
  const revisions = new Map<number, number>();
  const move = (operation: Move['operation'], point: number): Move => ({
    operation,
    point,
    revision: revisions.get(point) ?? 0,
  });
  const take: Record<FollowUp, () => Move> = {
    leave: () => {
      const point = inside.remove(inside.choose(random));
      outside.add(point);
      return move('DELETE', point);
    },
    repeat: () => move('UPSERT', inside.at(inside.choose(random))),
    change: () => {
      const point = inside.at(inside.choose(random));
      revisions.set(point, (revisions.get(point) ?? 0) + 1);
      return move('UPSERT', point);
    },
    return: () => {
      const point = outside.remove(outside.choose(random));
      inside.add(point);
      return move('UPSERT', point);
    },
    leaveAgain: () => move('DELETE', outside.at(outside.choose(random))),
  };

  const points = pointsIn(count);
  let arrived = 0;
  for (let done = 0; done < count; done += 1) {
    // Drawn so that exactly `points` of the moves are arrivals, spread evenly.
    const isArrival = inside.size === 0 ? arrived < points : random() * (count - done) < points - arrived;
    if (isArrival) {
      inside.add(arrived);
      yield move('UPSERT', arrived);
      arrived += 1;
      continue;
    }
    const wanted = pickWeighted(random, followUps);
    const needsLeaver = wanted === 'return' || wanted === 'leaveAgain' || inside.size === 0;
    if (needsLeaver) yield outside.size > 0 ? take[inside.size === 0 ? 'return' : wanted]() : take.leave();
    else yield take[wanted]();
  }
}
