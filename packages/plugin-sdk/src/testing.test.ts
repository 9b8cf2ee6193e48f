import { afterEach, describe, expect, it } from 'vitest';
import { PluginServer } from './runners/plugin-server.ts';
import { type Handlers, SamplePlugin } from './sample-plugin.fixture.ts';
import { buildPlugin, type ConformanceOptions, checkConformance, describeFindings } from './testing.ts';

const servers: PluginServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(100);
});

const check = async (handlers: Handlers = {}, options: Partial<ConformanceOptions> = {}) => {
  const { plugin } = buildPlugin(() => new SamplePlugin(handlers));
  const server = new PluginServer(plugin.app);
  servers.push(server);
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  return checkConformance({ url, secrets: ['test-token'], ...options });
};

describe('the conformance check', () => {
  it('finds nothing wrong with a plugin on this SDK', async () => {
    const findings = await check();
    expect(findings).toEqual([]);
    expect(describeFindings(findings)).toBe('The plugin conforms.');
  });

  it('finds a batch that is not accounted for and one that is answered differently the second time', async () => {
    let calls = 0;
    const onBatchUpdate = async () => {
      calls += 1;
      return { status: calls === 1 ? 'OK' : 'ERROR', sent_items_in_success: 1, sent_items_in_error: 0 };
    };
    const findings = await check({ onBatchUpdate });
    expect(describeFindings(findings)).toContain('was answered "OK", then "ERROR"');
  });

  it('finds answers that are slow, and ones that do not come at all', async () => {
    const onLogout = () => new Promise((resolve) => setTimeout(() => resolve({ status: 'ok' }), 400));
    const slow = await check({ onLogout }, { slowMs: 300 });
    expect(describeFindings(slow)).toMatch(/answers come in time: POST \/v1\/logout was answered after \d+ ms/);
    const never = await check({ onLogout: () => new Promise(() => {}) }, { timeoutMs: 1_500 });
    expect(describeFindings(never)).toContain(
      'the optional routes answer a status they know: The plugin did not answer',
    );
  });

  it('finds a plugin that does not answer', async () => {
    const findings = await checkConformance({ url: 'http://127.0.0.1:9', timeoutMs: 500 });
    expect(findings.length).toBeGreaterThan(5);
    expect(findings[0]?.problem).toContain('did not answer');
  });
});
