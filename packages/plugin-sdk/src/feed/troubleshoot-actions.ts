import type { ExternalSegmentTroubleshootRequest } from '@batchfeed/schemas';

/** The actions a plugin may be asked for; written out here so that nothing of the schema library is loaded for them. */
export const troubleshootActions = [
  'FETCH_DESTINATION_AUDIENCE',
] as const satisfies readonly ExternalSegmentTroubleshootRequest['action'][];
