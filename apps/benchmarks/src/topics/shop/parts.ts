import type { Topic } from '../../topic.ts';
import { bulk } from './bulk.ts';
import { reading } from './reading.ts';
import { throughput } from './throughput.ts';
import { xmlAnswer } from './xml-answer.ts';

/** What the shop's figures are made of, in the order in which they are shown. */
export const parts = { throughput, xmlAnswer, bulk, reading } as const satisfies Record<string, Topic>;
export type PartName = keyof typeof parts;
