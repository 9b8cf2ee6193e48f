import type { UpdateLine } from '@batchfeed/schemas';
import type { IdentifierLine } from './identifier-line.ts';

/**
 * The lines that these updates mean to a partner who takes email hashes and accounts. Written from what an update means,
 * and sharing no code with the plugin.
 */
export function* expectedLines(updates: Iterable<UpdateLine>): Generator<IdentifierLine> {
  for (const { user_identifiers: identifiers, operation, ts = 0 } of updates) {
    let user = '';
    for (const identifier of identifiers) if (identifier.type === 'USER_POINT') user = identifier.user_point_id;
    for (const identifier of identifiers) {
      const { type } = identifier;
      if (type === 'USER_EMAIL') yield { user, type, id: identifier.hash, operation, ts };
      if (type === 'USER_ACCOUNT') yield { user, type, id: identifier.user_account_id, operation, ts };
    }
  }
}
