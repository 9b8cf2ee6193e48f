import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MyPlugin } from './readme-example.fixture.ts';
import { buildBatch, buildPlugin, buildUpdate, userEmail } from './testing.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

it('the README shows the example that is tested here', () => {
  const example = read('./readme-example.fixture.ts').replace('./index.ts', '@batchfeed/plugin-sdk');
  expect(read('../README.md')).toContain(example.trim());
});

it('the example works as the README says', async () => {
  const { post } = buildPlugin(() => new MyPlugin());
  const update = buildUpdate({ user_identifiers: [userEmail('ann@example.com')] });
  const answer = await post('/v1/user_segment_update', update);
  expect(answer).toMatchObject({
    status: 200,
    body: { status: 'ok', data: [{ type: 'BATCH_DELIVERY', content: { email: 'ann@example.com' } }] },
  });
  const batch = await post('/v1/batch_update', buildBatch([answer.body.data[0].content]));
  expect(batch.body).toEqual({ status: 'OK', sent_items_in_success: 1, sent_items_in_error: 0 });
});
