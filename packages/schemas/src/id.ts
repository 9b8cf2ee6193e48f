import { z } from 'zod';

/** An id of the platform's: a string of digits, since ids may be larger than numbers are exact. */
export const idSchema = z.string().regex(/^(0|[1-9][0-9]{0,17})$/, 'must be an id, a string of digits');
