import { z } from 'zod';

/**
 * The envelopes of every answer of the platform's API: one resource, a page of a list, or an error.
 */

/** `{ status: 'ok', data }` around one resource. */
export const resourceWrapperSchema = <T extends z.ZodType>(data: T) => z.object({ status: z.literal('ok'), data });

/** A page of a list: `count` items here, out of `total`. */
export const listWrapperSchema = <T extends z.ZodType>(item: T) =>
  z.object({
    status: z.literal('ok'),
    count: z.int().nonnegative(),
    first_result: z.int().nonnegative(),
    max_results: z.int().nonnegative(),
    total: z.int().nonnegative(),
    data: z.array(item),
  });

/** What went wrong and where; `error_id` stands in the platform's log too. */
export const errorWrapperSchema = z.object({
  status: z.literal('error'),
  error: z.string(),
  error_id: z.string(),
  /** What went wrong, for programs; absent where nothing but the status is worth telling apart. */
  code: z.string().optional(),
  /** Of an upload that was stopped: updates that are on disk, and lines before its end that were no valid update. */
  accepted: z.int().nonnegative().optional(),
  rejected: z.int().nonnegative().optional(),
  /** Of a replay: how many dead letters have later lines of their users, and the first hundred of them. */
  overtaken: z.int().nonnegative().optional(),
  overtaken_ids: z.array(z.string()).optional(),
});
export type ErrorWrapper = z.infer<typeof errorWrapperSchema>;

/** Which page of a list is asked for: 50 items from the first on unless told otherwise, 1,000 at most. */
export const pageQuerySchema = z.object({
  first_result: z.coerce.number().int().nonnegative().default(0),
  max_results: z.coerce.number().int().min(1).max(1_000).default(50),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

/** The same of a list that is never long, all of which is answered unless told otherwise. */
export const wholeListQuerySchema = pageQuerySchema.extend({
  max_results: pageQuerySchema.shape.max_results.removeDefault().optional(),
});
export type WholeListQuery = z.infer<typeof wholeListQuerySchema>;
