import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { isHeld } from './compare-segment.ts';
import { crashRun } from './crash/crash-run.ts';

const count = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 up.');
  return Number(text);
};

const { updates, rounds, seed } = new Command('crash')
  .description('Kills platform, plugin and shop in turn while a segment passes, and checks the shop person by person')
  .option('--updates <number>', 'how many updates', count, 50_000)
  .option('--rounds <number>', 'how often each server is killed', count, 20)
  .option('--seed <number>', 'another seed gives other people', count, 1)
  .addHelpText(
    'after',
    '\nExample:\n  $ node apps/demo/dist/crash.js --updates 50000 --rounds 20\n\nExit codes: 0 all is right, 1 it is not.',
  )
  .parse()
  .opts<{ updates: number; rounds: number; seed: number }>();

const dataDir = mkdtempSync(join(tmpdir(), 'batchfeed-crash-'));
const say = (line: string) => void process.stderr.write(`▸ ${line}\n`);
const startedAt = performance.now();
const { comparison, statistics, deliveries, kills } = await crashRun({ updates, rounds, seed, dataDir, say });
const { lines, updates: counts } = statistics;
const isRight =
  isHeld(comparison) &&
  counts.accepted === updates &&
  counts.dead + lines.dead === 0 &&
  lines.delivered === lines.accepted &&
  deliveries.changed === 0 &&
  deliveries.lines === lines.accepted;
const seconds = Math.round((performance.now() - startedAt) / 1_000);
process.stdout.write(`${JSON.stringify({ right: isRight, seconds, kills, deliveries, lines, updates: counts })}\n`);
if (isRight) rmSync(dataDir, { recursive: true });
else say(`everything of this run is kept in ${dataDir}`);
process.exitCode = isRight ? 0 : 1;
