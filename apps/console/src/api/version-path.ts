import { path } from './client.ts';

/** Which version of which plugin. */
export interface VersionRef {
  readonly pluginId: string;
  readonly versionId: string;
}

export const versionPath = ({ pluginId, versionId }: VersionRef): string =>
  path`/plugins/${pluginId}/versions/${versionId}`;
