/** What the shapes of the console are made of. */
import { z } from 'zod';
import { sealReasons } from '../operator.ts';

export const countSchema = z.int().nonnegative();

/** Milliseconds since the epoch. */
export const timeSchema = z.int().nonnegative();

/** A duration in milliseconds. */
export const msSchema = z.number().nonnegative();

export const stageSchema = z.enum(['update', 'batch']);

export const sealReasonSchema = z.enum(sealReasons);

/**
 * A rate. Null while it is not known: counting begins when somebody looks (`…/overview` or `/events`), and the first rate
 * is known about a second later.
 */
export const rateSchema = z.number().nonnegative().nullable();

/** How often each thing happens by reason of sealing; reasons that did not occur are 0. */
export const ratesByReasonSchema = z.object(
  Object.fromEntries(sealReasons.map((reason) => [reason, z.number().nonnegative()])) as Record<
    (typeof sealReasons)[number],
    z.ZodNumber
  >,
);
