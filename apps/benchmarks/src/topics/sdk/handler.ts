import type { UserSegmentUpdateRequest } from '@batchfeed/schemas';

/** What every variant does with a call, so that only what surrounds it is compared. */

export interface Line {
  hash: string;
  email: string;
  operation: string;
}

export interface Delivery {
  type: 'BATCH_DELIVERY';
  content: Line;
  grouping_key: string;
}

/** One line for each email address in clear. */
export const deliveriesOf = ({ user_identifiers, operation }: UserSegmentUpdateRequest): Delivery[] => {
  const deliveries: Delivery[] = [];
  for (const identifier of user_identifiers) {
    if (identifier.type !== 'USER_EMAIL' || !identifier.email) continue;
    const { hash, email } = identifier;
    deliveries.push({ type: 'BATCH_DELIVERY', content: { hash, email, operation }, grouping_key: operation });
  }
  return deliveries;
};

/** Looks at every line, as a plugin that sends them does. */
export const countLines = (lines: readonly Line[]): { sent: number; failed: number } => {
  let sent = 0;
  for (const { email } of lines) if (email.includes('@')) sent += 1;
  return { sent, failed: lines.length - sent };
};
