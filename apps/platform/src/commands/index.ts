import type { CommandDefinition } from '../cli/command-definition.ts';
import { backupCreateCommand } from './backup-create.ts';
import { backupListCommand } from './backup-list.ts';
import { backupRestoreCommand } from './backup-restore.ts';
import { completionCommand } from './completion.ts';
import { configSetCommand } from './config-set.ts';
import { configShowCommand } from './config-show.ts';
import { deadLettersExportCommand } from './dead-letters-export.ts';
import { deadLettersListCommand } from './dead-letters-list.ts';
import { deadLettersReplayCommand } from './dead-letters-replay.ts';
import { devCommand } from './dev.ts';
import { doctorCommand } from './doctor.ts';
import { feedActivateCommand } from './feed-activate.ts';
import { feedCreateCommand } from './feed-create.ts';
import { feedDeleteCommand } from './feed-delete.ts';
import { feedDrainCommand } from './feed-drain.ts';
import { feedExplainCommand } from './feed-explain.ts';
import { feedListCommand } from './feed-list.ts';
import { feedPauseCommand } from './feed-pause.ts';
import { feedPushCommand } from './feed-push.ts';
import { feedResumeCommand } from './feed-resume.ts';
import { feedStatsCommand } from './feed-stats.ts';
import { serveCommand } from './serve.ts';
import { simulateCommand } from './simulate.ts';

/** Every command there is, in the order of the help. */
export const commands: readonly CommandDefinition[] = [
  serveCommand,
  devCommand,
  feedCreateCommand,
  feedActivateCommand,
  feedListCommand,
  feedPushCommand,
  feedDrainCommand,
  feedPauseCommand,
  feedResumeCommand,
  feedDeleteCommand,
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
