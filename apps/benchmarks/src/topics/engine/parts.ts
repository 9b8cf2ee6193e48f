import type { Topic } from '../../topic.ts';
import { batcherAdd } from './batcher-add.ts';
import { batcherPeers } from './batcher-peers.ts';
import { batcherScale } from './batcher-scale.ts';
import { durableAppend, durableDelivery } from './durable.ts';
import { slowPartner } from './slow-partner.ts';

/** What the engine's figures are made of, in the order in which they are shown. */
export const parts = {
  batcherAdd,
  batcherPeers,
  batcherScale,
  durableAppend,
  durableDelivery,
  slowPartner,
} as const satisfies Record<string, Topic>;
export type PartName = keyof typeof parts;
