import { type ApiTokenRole, apiTokenRoles } from '@batchfeed/schemas';

/** Whether a role includes another: `admin` may what `operate` may, and that what `read` may. */
export function includesRole(role: ApiTokenRole, needed: ApiTokenRole): boolean {
  return apiTokenRoles.indexOf(role) >= apiTokenRoles.indexOf(needed);
}
