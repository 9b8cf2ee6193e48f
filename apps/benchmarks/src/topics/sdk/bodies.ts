import { createHash } from 'node:crypto';
import { buildBatch, buildUpdate, userAccount, userEmail, userPoint } from '@batchfeed/plugin-sdk/testing';
import type { Line } from './handler.ts';

/** The two requests that are sent again and again, as the bytes of their bodies. */

const linesInBatch = 200;

/** A user point that is known by two addresses, an account and a browser: 1.2 KB. */
export const updateBody: Buffer = Buffer.from(
  JSON.stringify(
    buildUpdate({
      user_identifiers: [
        userPoint('ann'),
        userEmail('ann.somebody@example.com'),
        userEmail('ann.at.work@example.com'),
        userAccount('customer-000042'),
        { type: 'USER_AGENT', vector_id: 'vec:1234567890', creation_ts: Date.UTC(2026, 0, 15), mappings: [] },
      ] as never,
      user_profiles: [
        {
          user_account_id: 'customer-000042',
          compartment_id: '1',
          first_name: 'Ann',
          last_name: 'Somebody',
          city: 'Budapest',
          birth_date: '1988-04-12',
          loyalty: { tier: 'gold', points: 1_250, since: '2019-11-02' },
          preferences: { newsletter: true, language: 'hu', favourite_categories: ['shoes', 'bags', 'coats'] },
        },
      ] as never,
    }),
  ),
);

const line = (index: number): Line => {
  const email = `person-${String(index).padStart(4, '0')}@mail.example.com`;
  return { hash: createHash('md5').update(email).digest('hex'), email, operation: 'UPSERT' };
};

/** 200 lines, 21 KB. */
export const batchBody: Buffer = Buffer.from(
  JSON.stringify(buildBatch(Array.from({ length: linesInBatch }, (_, index) => line(index)))),
);
