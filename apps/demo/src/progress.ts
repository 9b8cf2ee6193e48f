import { Presets, SingleBar } from 'cli-progress';

/** How far a run is, in updates, and what has come of them. */
export interface Progress {
  sent: number;
  done: number;
  /** Lines that came of the updates done. */
  lines: number;
  delivered: number;
}

/** Updates that have arrived with all that came of them, estimated from the share of lines delivered. */
const arrived = ({ done, lines, delivered }: Progress): number =>
  lines === 0 ? done : Math.floor((done * delivered) / lines);

/** Shows how far a run is. */
export interface ProgressDisplay {
  show: (progress: Progress) => void;
  stop: () => void;
}

const describe = (progress: Progress, total: number, rate: number): string => {
  const { sent, done, lines, delivered } = progress;
  const percent = String(Math.floor((arrived(progress) / total) * 100)).padStart(3);
  return `${percent} %  ${sent} sent  ${done} of ${total} updates done  ${delivered} of ${lines} lines delivered  ${rate} updates/s`;
};

const barDisplay = (total: number, stream: NodeJS.WritableStream): ProgressDisplay => {
  const format = ' {bar} {percentage} %  {value}/{total} updates  {delivered} lines delivered  {duration_formatted}';
  const bar = new SingleBar({ format, stream, hideCursor: true, etaBuffer: 50 }, Presets.shades_classic);
  bar.start(total, 0, { delivered: 0 });
  return {
    show: (progress) => bar.update(arrived(progress), { delivered: progress.delivered }),
    stop: () => bar.stop(),
  };
};

/** A line every two seconds, and one at the end. */
const lineDisplay = (total: number, doneBefore: number, stream: NodeJS.WritableStream): ProgressDisplay => {
  const startedAt = performance.now();
  let shownAt = startedAt;
  let latest: Progress | undefined;
  let isShown = true;
  const write = () => {
    if (!latest) return;
    shownAt = performance.now();
    const rate = Math.round((latest.done - doneBefore) / ((shownAt - startedAt) / 1_000));
    stream.write(`  ${describe(latest, total, rate)}\n`);
    isShown = true;
  };
  return {
    show: (progress) => {
      isShown &&= latest?.done === progress.done && latest.delivered === progress.delivered;
      latest = progress;
      if (!isShown && performance.now() - shownAt >= 2_000) write();
    },
    stop: () => {
      if (!isShown) write();
    },
  };
};

/** A bar on a terminal, plain lines elsewhere. `doneBefore` counts what earlier starts have done. */
export const progressDisplay = (
  total: number,
  doneBefore: number,
  stream: NodeJS.WriteStream = process.stdout,
): ProgressDisplay => (stream.isTTY ? barDisplay(total, stream) : lineDisplay(total, doneBefore, stream));
