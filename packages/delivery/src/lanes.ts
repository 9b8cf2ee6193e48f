import type { DestinationState } from './destination.ts';
import type { LaneEngine } from './lane-engine.ts';

/** The lanes of one engine. */
export class Lanes {
  /** By number. */
  readonly all: LaneEngine[] = [];

  /** Lines of one subject share a lane; a line without one goes by its key. */
  of(line: { readonly subject?: string | undefined; readonly key: string }): LaneEngine {
    if (this.all.length === 1) return this.all[0] as LaneEngine;
    const name = line.subject ?? line.key;
    let hash = 2166136261;
    for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 16777619);
    return this.all[(hash >>> 0) % this.all.length] as LaneEngine;
  }

  /** Visits what the lanes keep of a destination, or of all. */
  each(destination: string | undefined, visit: (lane: LaneEngine, state: DestinationState) => void): void {
    for (const lane of this.all) {
      if (destination === undefined) for (const state of lane.destinations.values()) visit(lane, state);
      else {
        const state = lane.destinations.get(destination);
        if (state !== undefined) visit(lane, state);
      }
    }
  }
}
