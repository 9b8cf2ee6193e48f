import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { findBrowser, NO_BROWSER } from './find-browser.ts';
import { places } from './places.ts';
import { SHOP_PASSWORD, Stage } from './stage.ts';
import { users } from './users.ts';
import { settled, show } from './watch-page.ts';

/**
 * Writes what every page looks like, in light and dark, into the folder named on the command line (`reports/screenshots`
 * without): a platform, the example plugin and a shop are started for it, and some users sent.
 */

const folder = process.argv[2] ?? join(import.meta.dirname, '../../reports/screenshots');
const browser = findBrowser();
if (browser === undefined) {
  process.stderr.write(`${NO_BROWSER}\n`);
  process.exitCode = 1;
} else {
  mkdirSync(folder, { recursive: true });
  const stage = await Stage.open(browser);
  try {
    await takeAll(stage);
  } finally {
    await stage.close();
  }
}

async function takeAll(stage: Stage): Promise<void> {
  const page = await stage.newPage({ viewport: { width: 1280, height: 980 } });
  await show(page, '/console/');
  await take(page, 'sign-in');
  await stage.signIn(page, stage.token);
  await take(page, 'first-run-begin');
  const feedId = await deliverSome(stage);
  for (const [name, address] of Object.entries(await places(stage.operator, feedId))) {
    await show(page, address);
    if (name === 'feed') await someLife(stage, feedId);
    await take(page, name);
  }
}

/** A feed with delivered batches, and some that the shop refused. */
async function deliverSome(stage: Stage): Promise<string> {
  const { operator, stack } = stage;
  const { id: pluginId } = await operator.call<{ id: string }>('POST', '/plugins', {
    plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED',
    organisation_id: '1',
    group_id: 'io.batchfeed.examples',
    artifact_id: 'shop-audience-feed',
  });
  const versions = `/plugins/${pluginId}/versions`;
  const { id: versionId } = await operator.call<{ id: string }>('POST', versions, { version_id: '1.0.0' });
  const version = `${versions}/${versionId}`;
  const worker = await operator.call<{ worker_id: string; authentication_token: string }>(
    'POST',
    `${version}/worker_credentials`,
    {},
  );
  const plugin = await stack.startPlugin({ workerId: worker.worker_id, workerToken: worker.authentication_token }, 0);
  await operator.call('PUT', version, { base_url: plugin.url, status: 'ACTIVE' });
  await operator.call('POST', `${version}/batching_configurations`, {
    plugin_version_id: versionId,
    enable_batching: true,
    batch_flush_max_size: 50,
    batch_flush_max_age_ms: 2_000,
  });
  const feedId = await operator.feed({ pluginId, versionId }, 'Newsletter readers to the shop');
  const properties = { shop_api_url: stack.shop.url, shop_api_user: 'batchfeed', shop_api_password: SHOP_PASSWORD };
  const ofFeed = `/audience_segment_external_feeds/${feedId}`;
  for (const [name, value] of Object.entries(properties)) {
    const property = { property_type: 'STRING', value: { value } };
    await operator.call('PUT', `${ofFeed}/properties/technical_name=${name}`, property);
  }
  await operator.call('POST', `${ofFeed}/activate`, {});
  await stage.harmShop([{ kind: '308', times: 3 }]);
  await operator.send(feedId, users(120, 'refused'));
  await sleep(3_000);
  await stage.harmShop([]);
  await operator.send(feedId, users(840, 'reader'));
  await sleep(3_000);
  return feedId;
}

/** Some seconds of updates, so that the charts have something to show. */
async function someLife(stage: Stage, feedId: string): Promise<void> {
  for (let second = 0; second < 12; second += 1) {
    await stage.operator.send(feedId, users(40 + Math.round(30 * Math.sin(second)), `life-${second}`));
    await sleep(1_000);
  }
}

async function take(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await settled(page);
    await sleep(200);
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
