import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Batcher, POLICY_CEILINGS } from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the example of the README says what it says it says', () => {
  const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const promised = [...example.matchAll(/^\/\/ (.*)$/gm)].map(([, text]) => text);
  const said: string[] = [];
  const run = new Function('Batcher', 'console', example.replace(/^import .*$/gm, ''));
  run(Batcher, { log: (...words: unknown[]) => said.push(words.join(' ')) });
  expect(said).toEqual(promised);
  expect(said).toHaveLength(2);
});

test('the limits of the README are those of the code', () => {
  for (const [name, ceiling] of Object.entries(POLICY_CEILINGS))
    expect(readme).toMatch(new RegExp(`\`${name}\` .*1 to ${ceiling.toLocaleString('en')}`));
});
