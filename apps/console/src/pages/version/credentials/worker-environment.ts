import type { WorkerCredentials } from '@batchfeed/schemas';

/** The environment that a plugin built on the SDK finds the platform's gateway with, a variable a line. */
export function workerEnvironment(
  { worker_id, authentication_token }: WorkerCredentials,
  { hostname, port, protocol }: { hostname: string; port: string; protocol: string },
): string {
  return [
    `PLUGIN_WORKER_ID=${worker_id}`,
    `PLUGIN_AUTHENTICATION_TOKEN=${authentication_token}`,
    `GATEWAY_HOST=${hostname}`,
    `GATEWAY_PORT=${port || (protocol === 'https:' ? '443' : '80')}`,
  ].join('\n');
}
