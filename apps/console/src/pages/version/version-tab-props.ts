import type { PluginResource, VersionResource } from '@batchfeed/schemas';
import type { VersionRef } from '../../api/version-path.ts';

/** What every tab of a version's page gets. */
export interface VersionTabProps {
  readonly versionRef: VersionRef;
  readonly plugin: PluginResource;
  readonly version: VersionResource;
  /** Of the version. */
  readonly etag: string | undefined;
}
