import { expect, it } from 'vitest';
import { operationNames } from '../../openapi/operation-names.ts';
import { auditedRoutes } from './audited-routes.ts';

it('every route that is to be written down is there', () => {
  expect(auditedRoutes.filter((route) => operationNames[route] === undefined)).toEqual([]);
});
