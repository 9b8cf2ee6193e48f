import { z } from 'zod';

/**
 * An object whose unknown fields pass through at run time while its type shows only the known ones.
 * `z.looseObject` would put an index signature on the type, and a misspelt field in an answer would then compile.
 */
export const openObject = <Shape extends z.core.$ZodShape>(shape: Shape): z.ZodObject<Shape> =>
  z.looseObject(shape) as unknown as z.ZodObject<Shape>;
