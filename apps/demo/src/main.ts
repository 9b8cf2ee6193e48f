import { Command, InvalidArgumentError } from 'commander';
import { DemoError } from './demo-error.ts';
import { defaultSeed } from './generator/generate-updates.ts';
import { isSuccess } from './report.ts';
import { runJob } from './run-job.ts';

const positive = (text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a whole number above 0.');
};

const command = new Command('npm start --')
  .description('Feeds a made-up segment into a shop, in batches, and checks that nobody was lost.')
  .option('--updates <number>', 'how many updates to send; four in five bring a new user point', positive, 25_000)
  .option('--seed <number>', 'another seed makes up other people', positive, defaultSeed)
  .option('--data-dir <folder>', 'where everything is kept', '.batchfeed')
  .option('--keep', 'leave the servers running after the check, until Ctrl-C', false)
  .option('--fresh', 'begin a new run even if the folder holds one that could go on', false)
  .addHelpText(
    'after',
    '\nExit codes: 0 the check held, 1 it did not or the run could not go on, 130 and 143 stopped by a signal.',
  );

interface CommandOptions {
  updates: number;
  seed: number;
  dataDir: string;
  keep: boolean;
  fresh: boolean;
}

const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
const stop = new AbortController();
const impatience = new AbortController();
let stoppedBy: keyof typeof signalExitCodes | undefined;

const requestStop = (signal: keyof typeof signalExitCodes): void => {
  if (stoppedBy) impatience.abort();
  stoppedBy ??= signal;
  stop.abort();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => requestStop(signal));
process.on('SIGHUP', () => requestStop('SIGTERM'));

// Whoever started this may be gone without a word; the run must not outlive it.
const owner = process.ppid;
setInterval(() => {
  if (process.ppid !== owner && !stoppedBy) requestStop('SIGTERM');
}, 500).unref();
// A closed terminal or pipe must not keep the run from stopping in good order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const options = command.parse().opts<CommandOptions>();
try {
  const end = await runJob({ ...options, signal: stop.signal, impatience: impatience.signal });
  if ('interrupted' in end) process.exitCode = signalExitCodes[stoppedBy ?? 'SIGTERM'];
  else process.exitCode = isSuccess(end.result) ? 0 : 1;
} catch (error) {
  if (impatience.signal.aborted) {
    process.stdout.write('Stopped at once. What was acknowledged is on disk; the next start goes on from there.\n');
  } else if (error instanceof DemoError) {
    process.stderr.write(`✗ ${error.message}\n  ${error.advice}\n`);
  } else {
    throw error;
  }
  process.exitCode = stoppedBy ? signalExitCodes[stoppedBy] : 1;
}
