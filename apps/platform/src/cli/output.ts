import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  advance(value: number): void;
  stop(): void;
}

/** Where a command writes: results on standard output, news on standard error. */
export class Output {
  readonly #json: boolean;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;

  constructor(json: boolean, stdout = process.stdout, stderr = process.stderr) {
    this.#json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  get json(): boolean {
    return this.#json;
  }

  /** The result: one line of JSON for programs, or what people read. */
  result(data: unknown, text: string): void {
    this.#stdout.write(`${this.#json ? JSON.stringify(data) : text}\n`);
  }

  /** A line of a stream of results. */
  line(data: unknown, text: string): void {
    this.result(data, text);
  }

  raw(text: string | Uint8Array): boolean {
    return this.#stdout.write(text);
  }

  /** News for people, out of the way of results. */
  say(text: string): void {
    this.#stderr.write(`${text}\n`);
  }

  /** A bar on a terminal; elsewhere a line now and then, and nothing for programs. */
  progress(total: number, unit: string): Progress {
    if (this.#json) return { advance() {}, stop() {} };
    if (this.#stderr.isTTY) {
      const format = ` {bar} {percentage} %  {value}/{total} ${unit}  {eta_formatted} left`;
      const bar = new SingleBar(
        { format, stream: this.#stderr, hideCursor: true, clearOnComplete: false },
        Presets.shades_classic,
      );
      bar.start(total, 0);
      return { advance: (value) => bar.update(value), stop: () => bar.stop() };
    }
    let saidAt = performance.now();
    return {
      advance: (value) => {
        if (performance.now() - saidAt < 2_000) return;
        saidAt = performance.now();
        this.say(`  ${value} of ${total} ${unit}`);
      },
      stop() {},
    };
  }
}

/** Rows with their columns under one another. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map(String));
  const widths: number[] = [];
  for (const row of texts) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return texts
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
