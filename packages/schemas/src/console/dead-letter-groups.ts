import { z } from 'zod';
import { deadLetterResourceSchema } from '../operator.ts';
import { batchLineSchema } from './batches.ts';
import { countSchema, stageSchema, timeSchema } from './values.ts';

/** One group of `GET …/dead_letters/groups`, a list, largest first: letters that died for the same reason. */
export const deadLetterGroupSchema = z.object({
  /** Names the group: a filter of `GET …/dead_letters`, `…/export` and `POST …/dead_letters/replay`. */
  group: z.string(),
  stage: stageSchema,
  /** Masked, so that reasons that only differ in whom they are about are one. */
  reason: z.string(),
  http_status: z.int().nullable(),
  /** Dead letters. */
  count: countSchema,
  lines: countSchema,
  first_dead_ts: timeSchema,
  last_dead_ts: timeSchema,
});
export type DeadLetterGroup = z.infer<typeof deadLetterGroupSchema>;

/**
 * The answer of `GET …/dead_letters/:id`, which takes the same query as `GET …/batches/:batch_id`, and `…/reveal` the same
 * body.
 */
export const deadLetterDetailSchema = deadLetterResourceSchema.extend({ line_list: z.array(batchLineSchema) });
export type DeadLetterDetail = z.infer<typeof deadLetterDetailSchema>;
