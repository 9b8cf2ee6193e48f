import { DatabaseSync } from 'node:sqlite';
import type { BatchAnswer } from '@batchfeed/schemas';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { shopBatch } from './shop-batch.ts';

let database: DatabaseSync;
let server: FastifyInstance;
let calls: string[];
beforeEach(async () => {
  database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE item (id TEXT PRIMARY KEY)');
  calls = [];
  const say = (word: string) => () => {
    calls.push(word);
    database.exec(word);
  };
  server = Fastify();
  const transaction = { begin: say('BEGIN'), commit: say('COMMIT'), rollback: say('ROLLBACK') };
  await server.register(shopBatch, { transaction, partTimeoutMs: 200 });
  server.post<{ Params: { id: string } }>('/items/:id', async ({ params }, reply) => {
    calls.push(params.id);
    if (params.id === 'slow') await new Promise((resolve) => setTimeout(resolve, 400));
    database.prepare('INSERT INTO item VALUES (?)').run(params.id);
    return reply.code(201).send(params);
  });
});
afterEach(async () => {
  await server.close();
  database.close();
});

const batch = async (...ids: string[]) => {
  const requests = ids.map((id) => ({ method: 'POST', uri: `/items/${id}`, data: { id } }));
  const headers = { accept: 'application/json' };
  const answer = await server.inject({ method: 'POST', url: '/batch', headers, payload: { data: { requests } } });
  expect(answer.statusCode).toBe(200);
  return answer.json<BatchAnswer>().requests.request.map(({ response }) => response);
};
const statuses = (parts: Awaited<ReturnType<typeof batch>>) => parts.map(({ header }) => header.statusCode);
const items = () =>
  database
    .prepare('SELECT id FROM item ORDER BY id')
    .all()
    .map(({ id }) => id);

it('keeps all of them', async () => {
  expect(statuses(await batch('a', 'b'))).toEqual([201, 201]);
  expect(calls).toEqual(['BEGIN', 'a', 'b', 'COMMIT']);
  expect(items()).toEqual(['a', 'b']);
});

it('keeps none when one fails, and takes back what the others said', async () => {
  await batch('a');
  calls = [];
  const parts = await batch('b', 'a', 'c');
  expect(statuses(parts)).toEqual([503, 500, 503]);
  expect(parts[0]?.body).toEqual({ message: 'Undone together with the rest of its batch. Request 1 failed.' });
  expect(parts[2]?.body).toEqual({ message: 'Not started. Request 1 failed.' });
  expect(calls).toEqual(['BEGIN', 'b', 'a', 'ROLLBACK']);
  expect(items()).toEqual(['a']);
});

it('keeps none when a URI is refused, or a deadline passes', async () => {
  expect(statuses(await batch('a', '%2e%2e'))).toEqual([503, 400]);
  expect(statuses(await batch('b', 'slow'))).toEqual([503, 504]);
  expect(calls.filter((word) => word === 'ROLLBACK')).toHaveLength(2);
  expect(items()).toEqual([]);
});

it('starts nothing for a batch that is refused', async () => {
  const answer = await server.inject({ method: 'POST', url: '/batch', payload: {} });
  expect(answer.statusCode).toBe(400);
  expect(calls).toEqual([]);
});
