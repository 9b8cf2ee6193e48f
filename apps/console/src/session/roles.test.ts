import { apiTokenRoles } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { includesRole } from './roles.ts';

it('gives every role what lesser ones may, and nothing of greater ones', () => {
  const allowed = apiTokenRoles.map((role) => apiTokenRoles.filter((needed) => includesRole(role, needed)));
  expect(allowed).toEqual([['read'], ['read', 'operate'], ['read', 'operate', 'admin']]);
});
