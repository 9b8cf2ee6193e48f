import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildShop } from './server.ts';

let dataDir: string;
let server: FastifyInstance;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'shop-origins-'));
  const credentials = { user: 'a', password: 'b' };
  server = await buildShop({ dataDir, credentials, allowedOrigins: ['https://page.example'] });
});
afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true });
});

const ask = (origin: string) =>
  server.inject({ method: 'OPTIONS', url: '/batch', headers: { origin, 'access-control-request-method': 'POST' } });

it('gives leave to the origins named, without credentials', async () => {
  const { statusCode, headers } = await ask('https://page.example');
  expect(statusCode).toBe(204);
  expect(headers).toMatchObject({
    'access-control-allow-origin': 'https://page.example',
    'access-control-allow-headers': expect.stringContaining('authorization'),
    'access-control-allow-methods': expect.stringContaining('POST'),
  });
});

it('shows its answers to them, refusals included', async () => {
  const answer = await server.inject({ url: '/products', headers: { origin: 'https://page.example' } });
  expect(answer.statusCode).toBe(401);
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': 'https://page.example',
    'access-control-expose-headers': 'retry-after',
  });
});

it.each(['https://other.example', 'null', 'https://page.example.evil'])('gives none to %s', async (origin) => {
  const { statusCode, headers } = await ask(origin);
  expect(statusCode).not.toBe(204);
  expect(headers['access-control-allow-origin']).toBeUndefined();
});
