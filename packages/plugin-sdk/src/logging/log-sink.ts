/**
 * Where log lines go: stderr, so that stdout stays free for what a program says. Lines of one turn of the event loop
 * are written together; what is left is written when the process exits, also after a crash.
 */
let pending = '';

const flush = () => {
  const lines = pending;
  pending = '';
  if (lines !== '') process.stderr.write(lines);
};

let watchesExit = false;

export const writeLogLine = (line: string): void => {
  if (pending === '') setImmediate(flush);
  if (!watchesExit) {
    watchesExit = true;
    process.once('exit', flush);
  }
  pending += `${line}\n`;
};
