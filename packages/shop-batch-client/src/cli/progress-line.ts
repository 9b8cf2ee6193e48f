import type { BulkProgress } from '../progress.ts';

const BAR = 24;
const PLAIN_EVERY_MS = 5_000;
const number = new Intl.NumberFormat('en');

/** One line about a run. */
function progressText(progress: BulkProgress, total: number): string {
  const { settled, failed, unknown, rowsPerSecond, secondsLeft } = progress;
  const parts = [
    `${number.format(settled)} of ${number.format(total)} rows`,
    `${number.format(Math.round(rowsPerSecond))}/s`,
  ];
  if (secondsLeft !== undefined && settled < total) parts.push(`${durationText(secondsLeft)} left`);
  if (failed > 0) parts.push(`${number.format(failed)} failed`);
  if (unknown > 0) parts.push(`${number.format(unknown)} unknown`);
  return parts.join(', ');
}

export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A bar that is drawn over on a terminal; a line now and then anywhere else. */
export class ProgressLine {
  readonly #out: NodeJS.WriteStream;
  readonly #total: number;
  #toldAt = Date.now();

  constructor(out: NodeJS.WriteStream, total: number) {
    this.#out = out;
    this.#total = total;
  }

  show(progress: BulkProgress): void {
    const text = progressText(progress, this.#total);
    if (this.#out.isTTY) {
      const filled = this.#total === 0 ? BAR : Math.round((progress.settled / this.#total) * BAR);
      this.#out.write(`\r\u001b[K[${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}] ${text}`);
      return;
    }
    if (Date.now() - this.#toldAt < PLAIN_EVERY_MS) return;
    this.#toldAt = Date.now();
    this.#out.write(`${text}\n`);
  }

  /** Leaves the last state standing. */
  end(): void {
    if (this.#out.isTTY) this.#out.write('\n');
  }
}
