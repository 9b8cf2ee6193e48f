import { Presets, SingleBar } from 'cli-progress';

/** How far a run is, in updates, and what has come of them. */
export interface Progress {
  sent: number;
  done: number;
  delivered: number;
}

/** Shows how far a run is. */
export interface ProgressDisplay {
  show: (progress: Progress) => void;
  stop: () => void;
}

const describe = (
  { sent, done, delivered }: Progress,
  total: number,
  startedAt: number,
  doneBefore: number,
): string => {
  const seconds = (performance.now() - startedAt) / 1000;
  const rate = seconds > 0 ? Math.round((done - doneBefore) / seconds) : 0;
  const percent = Math.floor((done / total) * 100);
  return `${String(percent).padStart(3)} %  ${sent} sent  ${done} of ${total} updates done  ${delivered} lines delivered  ${rate}/s`;
};

const barDisplay = (total: number, stream: NodeJS.WritableStream): ProgressDisplay => {
  const format = ' {bar} {percentage} %  {value}/{total} updates  {delivered} lines delivered  {duration_formatted}';
  const bar = new SingleBar({ format, stream, hideCursor: true, etaBuffer: 50 }, Presets.shades_classic);
  bar.start(total, 0, { delivered: 0 });
  return {
    show: ({ done, delivered }) => bar.update(done, { delivered }),
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
    if (latest) stream.write(`  ${describe(latest, total, startedAt, doneBefore)}\n`);
    isShown = true;
    shownAt = performance.now();
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
