import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { shopBatch } from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The first example, word for word, but for its imports and its port. */
const example = () => {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  return code.replace(/^import .*$/gm, '').replace('port: 3000', 'port: 0');
};

it('shows an example that works', async () => {
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...given: unknown[]) => Promise<ReturnType<typeof Fastify>>;
  const server = await new AsyncFunction('Fastify', 'shopBatch', `${example()}; return server;`)(Fastify, shopBatch);
  const [, body = ''] = /-d '(.*?)'/.exec(readme) ?? [];
  const { port } = server.addresses()[0]!;
  const answer = await fetch(`http://localhost:${port}/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: body.replaceAll('localhost:3000', `localhost:${port}`),
  });
  await server.close();
  expect(await answer.json()).toMatchObject({
    requests: { request: [{ response: { header: { statusCode: 200 }, body: { id: '1' } } }] },
  });
});
