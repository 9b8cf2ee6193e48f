import { readFileSync } from 'node:fs';

/** Resident memory of a process now, in MB. Default: this one. */
export function residentMb(pid: number | 'self' = 'self'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

/** Keeps the largest resident memory of a process, looked at so often, until it is stopped. */
export class MemoryWatch {
  readonly #timer: NodeJS.Timeout;
  #largest = 0;

  constructor(pid: number | 'self' = 'self', everyMs = 50) {
    const look = () => {
      this.#largest = Math.max(this.#largest, residentMb(pid));
    };
    look();
    this.#timer = setInterval(look, everyMs);
  }

  /** The largest so far, in MB. */
  get largestMb(): number {
    return this.#largest;
  }

  stop(): number {
    clearInterval(this.#timer);
    return this.#largest;
  }
}
