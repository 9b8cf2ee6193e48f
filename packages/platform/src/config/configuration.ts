import type { Vault } from '../vault.ts';
import { apiTokens } from './api-tokens.ts';
import { auditLog } from './audit-log.ts';
import { batchingConfigurations } from './batching-configurations.ts';
import { feedDestinations } from './feed-destinations.ts';
import { feedProperties } from './feed-properties.ts';
import { feedSearch } from './feed-search.ts';
import { feeds } from './feeds.ts';
import type { ConfigDatabase } from './open-config-database.ts';
import { pendingConnections } from './pending-connections.ts';
import { plugins } from './plugins.ts';
import { realmSelections } from './realm-selections.ts';
import { segmentMembers } from './segment-members.ts';
import { segments } from './segments.ts';
import { statisticsTables } from './statistics-tables.ts';
import { storedFiles } from './stored-files.ts';
import { throttlings } from './throttlings.ts';
import { versions } from './versions.ts';
import { workerCredentials } from './worker-credentials.ts';

export type PendingConnections = ReturnType<typeof pendingConnections>;

/** Everything operators set up. Written out, since declarations cannot name all that would be inferred. */
export interface Configuration {
  apiTokens: ReturnType<typeof apiTokens>;
  audit: ReturnType<typeof auditLog>;
  pendingConnections: PendingConnections;
  plugins: ReturnType<typeof plugins>;
  versions: ReturnType<typeof versions>;
  workerCredentials: ReturnType<typeof workerCredentials>;
  batchingConfigurations: ReturnType<typeof batchingConfigurations>;
  throttlings: ReturnType<typeof throttlings>;
  segments: ReturnType<typeof segments>;
  statistics: ReturnType<typeof statisticsTables>;
  feeds: ReturnType<typeof feeds>;
  feedSearch: ReturnType<typeof feedSearch>;
  feedProperties: ReturnType<typeof feedProperties>;
  feedDestinations: ReturnType<typeof feedDestinations>;
  files: ReturnType<typeof storedFiles>;
  realmSelections: ReturnType<typeof realmSelections>;
  segmentMembers: ReturnType<typeof segmentMembers>;
}

/** Everything operators set up, as repositories over one database. */
export function configuration(db: ConfigDatabase, vault: Vault): Configuration {
  return {
    apiTokens: apiTokens(db),
    audit: auditLog(db),
    pendingConnections: pendingConnections(db),
    plugins: plugins(db),
    versions: versions(db),
    workerCredentials: workerCredentials(db),
    batchingConfigurations: batchingConfigurations(db),
    throttlings: throttlings(db),
    segments: segments(db),
    statistics: statisticsTables(db),
    feeds: feeds(db),
    feedSearch: feedSearch(db),
    feedProperties: feedProperties(db, vault),
    feedDestinations: feedDestinations(db, vault),
    files: storedFiles(db),
    realmSelections: realmSelections(db),
    segmentMembers: segmentMembers(db),
  };
}
