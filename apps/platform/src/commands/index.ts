import type { CommandDefinition } from '../cli/command-definition.ts';
import { backupCreateCommand, backupListCommand, backupRestoreCommand } from './backup.ts';
import { completionCommand } from './completion.ts';
import { configSetCommand, configShowCommand } from './config.ts';
import { deadLettersExportCommand, deadLettersListCommand, deadLettersReplayCommand } from './dead-letters.ts';
import { devCommand } from './dev.ts';
import { doctorCommand } from './doctor.ts';
import { feedCreateCommand } from './feed-create.ts';
import { feedExplainCommand } from './feed-explain.ts';
import { feedPauseCommand, feedResumeCommand } from './feed-lifecycle.ts';
import { feedListCommand } from './feed-list.ts';
import { feedPushCommand } from './feed-push.ts';
import { feedStatsCommand } from './feed-stats.ts';
import { serveCommand } from './serve.ts';
import { simulateCommand } from './simulate.ts';

/** Every command there is, in the order of the help. */
export const commands: readonly CommandDefinition[] = [
  serveCommand,
  devCommand,
  feedCreateCommand,
  feedListCommand,
  feedPushCommand,
  feedPauseCommand,
  feedResumeCommand,
  feedStatsCommand,
  feedExplainCommand,
  deadLettersListCommand,
  deadLettersReplayCommand,
  deadLettersExportCommand,
  simulateCommand,
  configShowCommand,
  configSetCommand,
  backupCreateCommand,
  backupListCommand,
  backupRestoreCommand,
  doctorCommand,
  completionCommand,
];
