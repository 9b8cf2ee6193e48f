import type { FeedStatus, VersionResource } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { currentStep, type FirstRunState, firstRunSteps } from './first-run-state.ts';

const plugin = {
  id: '1',
  plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED',
  organisation_id: '1',
  group_id: 'g',
  artifact_id: 'a',
  archived: false,
} as const;
const draft: VersionResource = {
  id: '2',
  plugin_id: '1',
  version_id: '1.0.0',
  status: 'DRAFT',
  plugin_properties: [],
};
const connected: VersionResource = { ...draft, status: 'ACTIVE', base_url: 'http://127.0.0.1:1' };
const worker = { worker_id: 'w', plugin_version_id: '2', created_ts: 0 };
const batching = {
  id: '3',
  plugin_version_id: '2',
  enable_batching: true,
  batch_flush_max_size: 10,
  batch_flush_max_bytes: 2_048,
  batch_flush_max_age_ms: 10,
  ordering: 'USER' as const,
};
const feed = (status: FeedStatus) => ({ status }) as NonNullable<FirstRunState['feed']>;
const upTo = (state: FirstRunState) => currentStep({ plugin, version: draft, batching: null, ...state });

describe('the first run', () => {
  it('goes through every step in turn', () => {
    const all = { version: connected, workers: [worker], batching };
    expect([
      currentStep({}),
      upTo({ workers: [] }),
      upTo({ workers: [worker] }),
      upTo({ workers: [worker], version: connected }),
      upTo(all),
      upTo({ ...all, feed: feed('INITIAL') }),
      upTo({ ...all, feed: feed('ACTIVE') }),
    ]).toEqual(firstRunSteps);
  });

  it('goes back to what was undone meanwhile', () => {
    const all = { version: connected, workers: [worker], batching, feed: feed('LIVE') };
    expect(upTo({ ...all, batching: null })).toBe('batching');
    expect(upTo({ ...all, feed: feed('PAUSED') })).toBe('activate');
    expect(upTo({ ...all, version: { ...connected, status: 'ARCHIVED' } })).toBe('connect');
  });

  it('asks no credentials of a plugin that is connected', () => {
    expect(upTo({ version: connected, workers: [] })).toBe('batching');
  });
});
