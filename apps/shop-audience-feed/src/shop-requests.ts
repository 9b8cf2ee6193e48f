import type { ShopRequest } from '@batchfeed/shop-batch-client';
import type { ShopLine } from './shop-line.ts';

/** Subscribed, as the shop writes it. */
const active = '1';

const uriOf = (line: ShopLine): string => `newsletterSubscribers/${line.outer_id}`;

/** The fields of a subscriber. A name we do not know is left out, so that it never blanks one the shop knows. */
const dataOf = ({ operation: _, outer_id: __, ...person }: Extract<ShopLine, { operation: 'UPSERT' }>) => ({
  ...person,
  status: active,
});

/**
 * POST under an outer id creates the person, and creates nobody twice: a shop that has the id updates it or answers
 * that it exists. DELETE takes the person out, and finds nothing the second time.
 */
const firstRequests: {
  [Operation in ShopLine['operation']]: (line: Extract<ShopLine, { operation: Operation }>) => ShopRequest;
} = {
  UPSERT: (line) => ({ method: 'POST', uri: uriOf(line), data: dataOf(line) }),
  DELETE: (line) => ({ method: 'DELETE', uri: uriOf(line) }),
};

export const requestFor = (line: ShopLine): ShopRequest =>
  line.operation === 'UPSERT' ? firstRequests.UPSERT(line) : firstRequests.DELETE(line);

/** For a shop that answered "exists" instead of updating: what it has is brought up to date. */
export const updateFor = (line: Extract<ShopLine, { operation: 'UPSERT' }>): ShopRequest => ({
  method: 'PUT',
  uri: uriOf(line),
  data: dataOf(line),
});
