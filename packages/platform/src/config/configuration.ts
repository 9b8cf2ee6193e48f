import type { Vault } from '../vault.ts';
import { apiTokens } from './api-tokens.ts';
import { batchingConfigurations } from './batching-configurations.ts';
import { feedDestinations } from './feed-destinations.ts';
import { feedProperties } from './feed-properties.ts';
import { feeds } from './feeds.ts';
import type { ConfigDatabase } from './open-config-database.ts';
import { plugins } from './plugins.ts';
import { realmSelections } from './realm-selections.ts';
import { segmentMembers } from './segment-members.ts';
import { segments } from './segments.ts';
import { statisticsTables } from './statistics-tables.ts';
import { storedFiles } from './stored-files.ts';
import { throttlings } from './throttlings.ts';
import { uploads } from './uploads.ts';
import { versions } from './versions.ts';
import { workerCredentials } from './worker-credentials.ts';

export type Configuration = ReturnType<typeof configuration>;

/** Everything operators set up, as repositories over one database. */
export function configuration(db: ConfigDatabase, vault: Vault) {
  return {
    apiTokens: apiTokens(db),
    plugins: plugins(db),
    versions: versions(db),
    workerCredentials: workerCredentials(db),
    batchingConfigurations: batchingConfigurations(db),
    throttlings: throttlings(db),
    segments: segments(db),
    statistics: statisticsTables(db),
    feeds: feeds(db),
    feedProperties: feedProperties(db, vault),
    feedDestinations: feedDestinations(db, vault),
    files: storedFiles(db),
    realmSelections: realmSelections(db),
    uploads: uploads(db),
    segmentMembers: segmentMembers(db),
  };
}
