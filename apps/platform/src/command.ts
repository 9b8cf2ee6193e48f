import { Command, CommanderError, Option } from 'commander';
import { type Environment, LOG_LEVELS, readPort } from './config.ts';
import { EXIT } from './exit-codes.ts';
import { type ServeOptions, serve } from './serve.ts';

const AFTER_HELP = `
Example:
  $ batchfeed serve --data-dir ./feeds --port 8080
  {"event":"listening","url":"http://127.0.0.1:8080"}
  $ curl -H "Authorization: $(cat ./feeds/api-token)" http://127.0.0.1:8080/v1/plugins

Environment:
  BATCHFEED_DATA_DIR, BATCHFEED_HOST, BATCHFEED_PORT, BATCHFEED_LOG_LEVEL: the same as the options

Exit codes:
  0  stopped by SIGTERM or SIGINT, everything kept
  1  could not start or failed; standard error says why
  2  the command line is wrong`;

/** Runs the `batchfeed` command and resolves with its exit code. */
export async function runCommand(args: readonly string[], environment: Environment): Promise<number> {
  let code: number = EXIT.ok;
  const program = new Command('batchfeed')
    .description('Operate audience feeds whose plugins deliver in batches')
    .exitOverride();
  program
    .command('serve')
    .description('run the platform: operator API, plugin gateway, dispatch and delivery, on one port')
    .addOption(
      new Option('--data-dir <dir>', 'folder of all data, made when missing; one platform at a time')
        .default(environment.dataDir)
        .makeOptionMandatory(),
    )
    .option('--host <host>', 'address to listen on', environment.host)
    .addOption(
      new Option('--port <port>', 'port to listen on; 0 takes a free one')
        .default(environment.port)
        .argParser(readPort),
    )
    .addOption(new Option('--log-level <level>', 'how much to log').choices(LOG_LEVELS).default(environment.logLevel))
    .addHelpText('after', AFTER_HELP)
    .action(async (options: Omit<ServeOptions, 'port'> & { port: number | string }) => {
      code = await serve({ ...options, port: environmentPort(program, options.port) });
    });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed what is wrong, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}

/** A port from the environment has not been through the option's parser. */
function environmentPort(program: Command, port: number | string): number {
  try {
    return readPort(String(port));
  } catch (error) {
    return program.error(`error: BATCHFEED_PORT: ${(error as Error).message}`);
  }
}
