import { z } from 'zod';
import { apiTokenRoleSchema } from '../operator-access.ts';
import { timeSchema } from './values.ts';

/**
 * Body of `POST /v1/session`, which sets the cookie `batchfeed_session` (HttpOnly, SameSite=Strict). From then on the
 * cookie stands for the token in every route of the operator API. With it, every method but GET and HEAD needs the header
 * `x-batchfeed-console: 1` and must come from a page of the same origin; 403 otherwise. A wrong token is answered with 401,
 * too many of them with 429. `GET /v1/session` tells who is signed in (401 when nobody is), `DELETE` signs out.
 */
export const signInSchema = z.strictObject({ token: z.string().min(1).max(1_000) });
export type SignIn = z.infer<typeof signInSchema>;

/** Who is signed in. */
export const consoleSessionSchema = z.object({
  /** Of the API token. Revoking it ends the session. */
  name: z.string(),
  role: apiTokenRoleSchema,
  /**
   * When it ends if nothing is asked until then: two hours after the last request, and at the latest twelve after sign-in.
   * An open event stream and `GET /v1/session` put nothing off.
   */
  expires_ts: timeSchema,
});
export type ConsoleSession = z.infer<typeof consoleSessionSchema>;
