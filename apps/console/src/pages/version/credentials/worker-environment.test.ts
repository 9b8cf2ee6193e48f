import { expect, it } from 'vitest';
import { workerEnvironment } from './worker-environment.ts';

const credentials = { worker_id: 'w1', authentication_token: 's3cret' };

it('names the gateway as the page is reached', () => {
  const at = (hostname: string, port: string, protocol: string) =>
    workerEnvironment(credentials, { hostname, port, protocol }).split('\n');
  expect(at('127.0.0.1', '8080', 'http:')).toEqual([
    'PLUGIN_WORKER_ID=w1',
    'PLUGIN_AUTHENTICATION_TOKEN=s3cret',
    'GATEWAY_HOST=127.0.0.1',
    'GATEWAY_PORT=8080',
  ]);
  expect(at('feeds.example.com', '', 'https:')[3]).toBe('GATEWAY_PORT=443');
  expect(at('feeds.example.com', '', 'http:')[3]).toBe('GATEWAY_PORT=80');
});
