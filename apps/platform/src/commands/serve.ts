import type { CommandDefinition } from '../cli/command-definition.ts';
import { serve } from '../serve.ts';
import { LOG_LEVELS, readPort } from '../settings/checks.ts';

export const serveCommand: CommandDefinition = {
  path: ['serve'],
  description: 'run the platform: operator API, plugin gateway, dispatch and delivery, on one port',
  options: [
    { flags: '--host <host>', description: 'address to listen on (default: 127.0.0.1)' },
    { flags: '--port <port>', description: 'port to listen on; 0 takes a free one (default: 8080)', parse: readPort },
    { flags: '--log-level <level>', description: 'how much to log (default: info)', choices: LOG_LEVELS },
  ],
  example: 'batchfeed serve --data-dir ./feeds --port 8080',
  notes: `It prints {"event":"listening","url":"http://127.0.0.1:8080"} on standard output once it listens.
Every setting can stand in the configuration file and in the environment as well: see batchfeed config show.`,
  handlesSignals: true,
  run: ({ settings }) => serve(settings),
};
