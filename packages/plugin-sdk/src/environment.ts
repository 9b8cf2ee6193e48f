import { PluginSdkError } from './plugin-sdk-error.ts';

/** What a plugin is told by its environment. Read when a plugin is constructed or started, never on import. */

export interface Credentials {
  authentication_token: string;
  worker_id: string;
}

const defaultGatewayHost = 'plugin-gateway.platform';
const defaultPort = 8080;

const required = (name: string, what: string): string => {
  const value = process.env[name];
  if (!value) throw new PluginSdkError('configuration', `Missing ${what} in the environment! Set ${name}.`);
  return value;
};

export const readCredentials = (): Credentials => ({
  worker_id: required('PLUGIN_WORKER_ID', 'worker id'),
  authentication_token: required('PLUGIN_AUTHENTICATION_TOKEN', 'auth token'),
});

const readPort = (name: string, lowest: number): number => {
  const value = process.env[name];
  if (!value) return defaultPort;
  const port = Number(value);
  if (Number.isInteger(port) && port >= lowest && port <= 65_535) return port;
  throw new PluginSdkError('configuration', `${name} must be a port number from ${lowest} to 65535, not "${value}".`);
};

export const readGateway = (): { host: string; port: number } => ({
  host: process.env.GATEWAY_HOST || defaultGatewayHost,
  port: readPort('GATEWAY_PORT', 1),
});

/** Where the plugin listens unless `start` is given a port; 0 is a free one. */
export const readPluginPort = (): number => readPort('PLUGIN_PORT', 0);

const metadataVariables = {
  group_id: 'PLUGIN_GROUP_ID',
  artifact_id: 'PLUGIN_ARTIFACT_ID',
  plugin_type: 'PLUGIN_TYPE',
  plugin_version: 'PLUGIN_VERSION',
  plugin_build: 'PLUGIN_BUILD',
} as const;

export type PluginMetadata = {
  runtime: 'node';
  runtime_version: string;
  dependencies: Record<string, string>;
} & Partial<Record<keyof typeof metadataVariables, string>>;

/** Fields whose variable is not set are absent. */
export const readMetadata = (): PluginMetadata => {
  const known = Object.entries(metadataVariables).flatMap(([field, name]) => {
    const value = process.env[name];
    return value === undefined ? [] : [[field, value]];
  });
  return { runtime: 'node', runtime_version: process.version, ...Object.fromEntries(known), dependencies: {} };
};
