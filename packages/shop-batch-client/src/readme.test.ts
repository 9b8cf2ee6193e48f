import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { runFromSource } from './cli/run-from-source.ts';
import { FaultyShop } from './faulty-shop.ts';

it('the example of the README does what it says', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const example = /```js\n(.*?)```/s.exec(readme)?.[1] as string;
  const shop = await new FaultyShop([]).start();
  try {
    const env = { PATH: process.env.PATH, SHOP_API_URL: shop.server.url, SHOP_API_USER: 'a', SHOP_API_PASSWORD: 'b' };
    const args = [...runFromSource, '--input-type=module', '--eval', example];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual(['succeeded 201', 'succeeded 200', 'failed 404 The shop answered 404']);
    expect(shop.items.get('products/SKU-11')).toEqual({ sku: 'SKU-11', name: 'Pine table' });
  } finally {
    await shop.server.close();
  }
});
