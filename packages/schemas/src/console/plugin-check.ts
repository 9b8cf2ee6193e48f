import { z } from 'zod';
import { msSchema } from './values.ts';

/** Body of `POST /v1/plugins/check`: asks a plugin whether it is there, before it is registered. Role `admin`. */
export const checkPluginSchema = z.strictObject({ base_url: z.url({ protocol: /^https?$/ }).max(2_048) });
export type CheckPlugin = z.infer<typeof checkPluginSchema>;

/** What came of asking `/v1/status`, and `/v1/metadata` where there is one. */
export const pluginCheckSchema = z.object({
  /** Whether anything answered over HTTP. */
  reachable: z.boolean(),
  /** Of `/v1/status`: 200 ready, 503 not initialised. */
  status: z.int().nullable(),
  /** Until that answer. */
  ms: msSchema,
  /** What `/v1/metadata` answered, when that was a JSON object of at most 16 KiB. */
  metadata: z.record(z.string(), z.unknown()).nullable(),
  /** What is wrong and what to do, in a sentence; null when it is ready. */
  problem: z.string().nullable(),
});
export type PluginCheck = z.infer<typeof pluginCheckSchema>;
