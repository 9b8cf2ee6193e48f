import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf, stopRequest } from './child.mjs';
import { Failure, say, secondsSince } from './say.mjs';
import { stages } from './test-stages.mjs';

/**
 * @typedef {object} StageResult
 * @property {number} passed
 * @property {number} failed
 * @property {number} [skipped]
 * @property {string} [output] what to show when something failed
 */

/** @param {StageResult} result */
const countsOf = ({ passed, failed, skipped = 0 }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** @param {string[]} names */
const chosenStages = (names) => {
  const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
  const known = stages.map((stage) => stage.name).join(', ');
  if (unknown.length > 0) throw new Failure(`there is no test stage "${unknown.join(', ')}"`, `stages: ${known}`);
  return names.length === 0 ? stages : stages.filter((stage) => names.includes(stage.name));
};

/**
 * Runs every stage (or those named), whatever the others say, and closes with one line of counts.
 * @param {import('./toolchain.mjs').Tools} tools
 * @param {string[]} names
 * @returns {Promise<number>} the exit code
 */
export const runTests = async (tools, names) => {
  const chosen = chosenStages(names);
  const startedAt = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), 'batchfeed-test-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const summary = [];
  try {
    for (const stage of chosen) {
      say(`▸ ${stage.name}: ${stage.what}`);
      const stageStartedAt = performance.now();
      const result = await stage.run({ tools, scratch });
      if (stopRequest.signal) return exitCodeOf(stopRequest.signal);
      if (result.failed > 0 && result.output) say(result.output.trimEnd());
      const mark = result.failed > 0 ? '✗' : '✓';
      const line = `${mark} ${stage.name.padEnd(9)} ${secondsSince(stageStartedAt).padStart(8)}  ${countsOf(result)}`;
      say(line);
      summary.push(line);
      total.passed += result.passed;
      total.failed += result.failed;
      total.skipped += result.skipped ?? 0;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  // On stdout and alone on the last line: programs read it.
  process.stdout.write(`\n${summary.join('\n')}\nin ${secondsSince(startedAt)}\n\n${countsOf(total)}\n`);
  return total.failed > 0 ? 1 : 0;
};
