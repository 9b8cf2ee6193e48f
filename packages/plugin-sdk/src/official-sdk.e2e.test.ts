import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installOfficialSdk, runOfficialTest, withOfficialPlugin } from './official-sdk.fixture.ts';
import { checkConformance, describeFindings, FakeGateway } from './testing.ts';

/** Installed from npm when it is not there yet. */
beforeAll(installOfficialSdk, 180_000);

describe('the tests that the official SDK ships pass against this one', () => {
  it.each([
    ['BasePluginTests', 12],
    ['AudienceFeedConnector', 3],
    ['BatchedAudienceFeedConnector', 3],
  ])('%s', async (file, count) => {
    const { passes, failures } = await runOfficialTest(file);
    expect(failures).toEqual([]);
    expect(passes).toHaveLength(count);
  });
});

describe('the conformance check, held against a plugin on the official SDK', () => {
  const gateway = new FakeGateway().setFeed('1');
  afterAll(() => gateway.close());

  it('says in a sentence each what is wrong with it, and nothing of what is right', async () => {
    const findings = await withOfficialPlugin(await gateway.listen(), (url) =>
      checkConformance({ url, secrets: ['token-54321'] }),
    );
    const text = describeFindings(findings);
    expect(text).toContain('PUT {"level":"banana"} answered 200 instead of 400.');
    expect(text).toContain('a body that is not JSON without JSON.');
    expect(text).toContain('POST /v1/user_segment_update answered 200 with HTML instead of JSON.');
    const checks = findings.map(({ check }) => check);
    expect(checks).not.toContain('a batch is accounted for, also when it comes twice');
    expect(checks).not.toContain('it is still there after all this');
  });
});
