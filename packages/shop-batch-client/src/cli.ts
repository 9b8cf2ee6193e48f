/** The `shop-batch` command. */
import { Command, CommanderError } from 'commander';
import { CommandError } from './cli/command-error.ts';
import { EXIT, type ExitCode } from './cli/exit-code.ts';
import { push } from './cli/push.ts';
import { pushCommand } from './cli/push-settings.ts';
import { limitYoungGeneration } from './limit-young-generation.ts';
import { ShopBatchError } from './shop-batch-error.ts';

async function main(): Promise<ExitCode> {
  limitYoungGeneration();
  const stop = new AbortController();
  const abort = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) abort.abort();
    else process.stderr.write('\nFinishing what is under way; once more to give up at once\n');
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
  let exitCode: ExitCode = EXIT.done;
  const command = pushCommand(process.env, async (settings) => {
    exitCode = await push(settings, {
      out: (text) => process.stdout.write(text),
      progress: process.stderr,
      stop: stop.signal,
      abort: abort.signal,
    });
  });
  // The settings of the parent only reach commands that it makes itself.
  command.exitOverride();
  await new Command('shop-batch')
    .description('Push rows through the batch endpoint of a shop')
    .exitOverride()
    .addCommand(command)
    .parseAsync();
  return exitCode;
}

function explain(error: unknown): ExitCode {
  // Commander has said what is wrong already, or was asked for help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.unusable;
  if (error instanceof CommandError || error instanceof ShopBatchError) {
    process.stderr.write(`${error.message}\n`);
    return error instanceof CommandError ? error.exitCode : EXIT.unusable;
  }
  // Something broke on the way, such as a full disk: what was sent before is in the journal.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return EXIT.stopped;
}

// Exits at once: an idle connection would otherwise keep the process for some seconds more.
void main()
  .catch(explain)
  .then((code) => process.exit(code));
