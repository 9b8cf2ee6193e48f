import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * How far a run is, kept in its data folder, so that the next start goes on where this one ended.
 * What was delivered is not in it: the platform knows that, and is asked.
 */
const runStateSchema = z.object({
  format: z.literal(1),
  /** What the run is about: the same numbers give the same segment. */
  updates: z.int().positive(),
  seed: z.int(),
  /** Milliseconds that the starts so far have worked on it. */
  workedMs: z.number().nonnegative(),
  /** The check has been made; the next start begins a new run. */
  isFinished: z.boolean(),
  shopPassword: z.string(),
  /** Ports of the last start; taken again if free, since undelivered work names them. */
  ports: z.object({ platform: z.int(), shop: z.int(), plugin: z.int() }),
  /** Processes of the last start. */
  pids: z.object({ platform: z.int(), shop: z.int(), plugin: z.int() }).optional(),
  /** Once the feed is active. Before that nothing has been sent, and a new start begins from nothing. */
  feed: z
    .object({
      pluginId: z.string(),
      versionId: z.string(),
      feedId: z.string(),
      workerId: z.string(),
      workerToken: z.string(),
    })
    .optional(),
});
export type RunState = z.infer<typeof runStateSchema>;

export const stateFileName = 'run.json';

export const newRunState = (updates: number, seed: number): RunState => ({
  format: 1,
  updates,
  seed,
  workedMs: 0,
  isFinished: false,
  shopPassword: randomBytes(18).toString('base64url'),
  ports: { platform: 0, shop: 0, plugin: 0 },
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
