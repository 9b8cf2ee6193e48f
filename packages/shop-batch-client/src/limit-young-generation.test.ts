import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// In a process of its own, because it is for the whole process: holds on to what it makes for a while, which is what
// lets the young generation grow, and prints how large that became.
const program = (setUp: string) => `
import { getHeapSpaceStatistics } from 'node:v8';
import { limitYoungGeneration } from ${JSON.stringify(join(import.meta.dirname, 'limit-young-generation.ts'))};
${setUp}
const kept = [];
for (let turn = 0; turn < 300; turn += 1) {
  kept[turn % 60] = Array.from({ length: 5_000 }, (_, n) => ({ n, text: 'x' + n }));
  await new Promise((resolve) => setTimeout(resolve, 1));
}
const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
console.log(young.space_size / 1_048_576);`;

const youngMegabytes = async (setUp: string) => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--experimental-strip-types',
    '--no-warnings',
    '--input-type=module',
    '--eval',
    program(setUp),
  ]);
  return Number(stdout);
};

it('keeps the young generation near the size asked for', async () => {
  const [limited, free] = await Promise.all([youngMegabytes('limitYoungGeneration(4);'), youngMegabytes('')]);
  expect(limited).toBeLessThanOrEqual(16);
  expect(free).toBeGreaterThan(limited);
}, 60_000);
