import { figureOf, type MeasuredFigure } from '../../figure.ts';
import { scaled } from '../../scale.ts';
import type { TopicContext } from '../../topic.ts';
import { Operator } from './operator.ts';
import { startPlatform, startPlugin } from './processes.ts';
import { ndjson } from './updates.ts';

const LINES_A_BATCH = 200;
const UPDATES = scaled(20_000, LINES_A_BATCH);
const TYPES = 2;
/** What the batches would be, were there no order to keep. */
const IDEAL = (UPDATES * TYPES) / LINES_A_BATCH;

/** Two identifiers a user, under the key of its type each: one update makes two lines. */
export async function seedExample({ say }: TopicContext): Promise<MeasuredFigure[]> {
  const plugin = await startPlugin('types');
  const platform = await startPlatform();
  const operator = new Operator(platform);
  try {
    await operator.register(plugin.url, LINES_A_BATCH);
    const batchesOf = async (updates: Iterable<string>) => {
      const { id } = await operator.feed();
      await operator.push(id, ndjson(updates));
      await operator.finish([id]);
      return operator.deliveredBatches(id);
    };
    say(`${UPDATES.toLocaleString('en')} updates with two types of identifiers`);
    const added = await batchesOf(additions(UPDATES));
    say('users that are added and at once removed');
    const moved = await batchesOf(addedAndRemoved(UPDATES / 2));
    return [
      figureOf('20,000 updates × 2 identifier types, limit 200: batches', [added], {
        unit: 'batches',
        bound: { is: '<=', limit: IDEAL },
        detail: `${IDEAL} are due`,
      }),
      figureOf('10,000 users added and at once removed × 2 types, with a drain at the end: batches', [moved], {
        unit: 'batches',
        bound: { is: '<=', limit: Math.round(IDEAL * 1.1) },
        detail: `${IDEAL} without any order`,
      }),
    ];
  } finally {
    await operator.close();
    await platform.stop();
    await plugin.stop();
  }
}

function* additions(users: number): Generator<string> {
  for (let user = 0; user < users; user += 1) yield update(user, 'UPSERT');
}

function* addedAndRemoved(users: number): Generator<string> {
  for (let user = 0; user < users; user += 1) {
    yield update(user, 'UPSERT');
    yield update(user, 'DELETE');
  }
}

function update(user: number, operation: string): string {
  const identifiers = [
    { type: 'USER_POINT', user_point_id: `user-${user}` },
    { type: 'USER_EMAIL', hash: `hash-${user}` },
  ];
  return JSON.stringify({ user_identifiers: identifiers, operation });
}
