import type { Topic } from '../../topic.ts';
import { batcherAdd } from './batcher-add.ts';
import { batcherCamel } from './batcher-camel.ts';
import { batcherPeers } from './batcher-peers.ts';
import { batcherScale } from './batcher-scale.ts';
import { durableAppend } from './durable-append.ts';
import { durableDelivery } from './durable-delivery.ts';
import { openLines } from './open-lines.ts';
import { orderCosts } from './order-costs.ts';
import { orderFlips } from './order-flips.ts';
import { orderLoads } from './order-loads.ts';
import { overdueBacklog } from './overdue-backlog.ts';
import { slowPartner } from './slow-partner.ts';
import { storeRows } from './store-rows.ts';

/** What the engine's figures are made of, in the order in which they are shown. */
export const parts = {
  batcherAdd,
  batcherPeers,
  batcherCamel,
  batcherScale,
  orderCosts,
  orderFlips,
  orderLoads,
  durableAppend,
  durableDelivery,
  openLines,
  overdueBacklog,
  slowPartner,
  storeRows,
} as const satisfies Record<string, Topic>;
export type PartName = keyof typeof parts;

export function isPartName(name: string): name is PartName {
  return Object.hasOwn(parts, name);
}
