import { CommanderError } from 'commander';
import { buildProgram } from './cli/build-program.ts';
import { CliError } from './cli/cli-error.ts';
import type { Environment } from './config.ts';
import { EXIT } from './exit-codes.ts';

/** Runs the `batchfeed` command and resolves with its exit code. */
export async function runCommand(args: readonly string[], environment: Environment): Promise<number> {
  let code: number = EXIT.ok;
  const program = buildProgram(environment, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed what is wrong, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof CliError) {
      process.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    throw error;
  }
}
