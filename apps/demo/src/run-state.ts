import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const pluginFeedSchema = z.object({
  pluginId: z.string(),
  versionId: z.string(),
  feedId: z.string(),
  workerId: z.string(),
  workerToken: z.string(),
});
/** A feed of a run, with the credentials of its plugin. */
export type PluginFeed = z.infer<typeof pluginFeedSchema>;

const serversSchema = z.object({ platform: z.int(), shop: z.int(), plugin: z.int(), identifierPlugin: z.int() });

/**
 * How far a run is, kept in its data folder, so that the next start goes on where this one ended.
 * What was delivered is not in it: the platform knows that, and is asked.
 */
const runStateSchema = z.object({
  format: z.literal(2),
  /** What the run is about: the same numbers give the same segment. */
  updates: z.int().positive(),
  seed: z.int(),
  /** Milliseconds that the starts so far have worked on it. */
  workedMs: z.number().nonnegative(),
  /** The check has been made; the next start begins a new run. */
  isFinished: z.boolean(),
  shopPassword: z.string(),
  /** Ports of the last start; taken again if free, since undelivered work names them. */
  ports: serversSchema,
  /** Processes of the last start. */
  pids: serversSchema.optional(),
  /** Once both feeds are active. Before that nothing has been sent, and a new start begins from nothing. */
  feeds: z.object({ shop: pluginFeedSchema, identifiers: pluginFeedSchema }).optional(),
});
export type RunState = z.infer<typeof runStateSchema>;

export const stateFileName = 'run.json';

export const newRunState = (updates: number, seed: number): RunState => ({
  format: 2,
  updates,
  seed,
  workedMs: 0,
  isFinished: false,
  shopPassword: randomBytes(18).toString('base64url'),
  ports: { platform: 0, shop: 0, plugin: 0, identifierPlugin: 0 },
});

/** The state of the run in this folder; none when there is no run that can go on. */
export const readRunState = (folder: string): RunState | undefined => {
  const file = join(folder, stateFileName);
  if (!existsSync(file)) return undefined;
  try {
    return runStateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
};

/** Written aside and renamed, so that the file is whole at any moment. Mode 600: it holds credentials. */
export const saveRunState = (folder: string, state: RunState): void => {
  const file = join(folder, stateFileName);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
};
