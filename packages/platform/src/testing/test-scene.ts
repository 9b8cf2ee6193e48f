import type { PlatformOptions } from '../platform-options.ts';
import { makeFeed, startTestPlatform, type TestFeed, type TestPlatform } from './test-platform.ts';
import { answer, startTestPlugin, type TestPlugin, UPDATE } from './test-plugin.ts';

/** A platform with one active feed, whose plugin takes every update and has no lines. */
export interface TestScene {
  readonly plugin: TestPlugin;
  readonly operator: TestPlatform;
  readonly feed: TestFeed;
  close(): Promise<void>;
}

export async function startTestScene(options: Partial<PlatformOptions> = {}): Promise<TestScene> {
  const plugin = await startTestPlugin();
  plugin.on(UPDATE, (_, response) => answer(response, 200, { status: 'ok' }));
  const operator = await startTestPlatform(options);
  const feed = await makeFeed(operator, plugin.url);
  return {
    plugin,
    operator,
    feed,
    async close() {
      await operator.close();
      await plugin.close();
    },
  };
}
