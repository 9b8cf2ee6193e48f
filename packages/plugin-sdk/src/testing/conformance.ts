import { conformanceChecks } from './conformance-checks.ts';
import { type ConformanceOptions, PluginProbe } from './plugin-probe.ts';

/** Something a plugin does wrong, in a sentence. */
export interface Finding {
  check: string;
  problem: string;
}

/**
 * Holds a running plugin, on this SDK or another, against the protocol: every route, every status, bad bodies, a batch
 * that comes twice, slow answers. Over HTTP, so the plugin can be in any process; its gateway must know the feed.
 *
 * @returns what is wrong, nothing when all is well
 */
export const checkConformance = async (options: ConformanceOptions): Promise<Finding[]> => {
  const probe = new PluginProbe(options);
  const findings: Finding[] = [];
  for (const [check, run] of Object.entries(conformanceChecks)) {
    try {
      for (const problem of await run(probe)) findings.push({ check, problem });
    } catch (error) {
      findings.push({ check, problem: `The plugin did not answer: ${(error as Error).message}.` });
    }
  }
  return findings;
};

/** One line a finding, fit for a terminal. */
export const describeFindings = (findings: readonly Finding[]): string =>
  findings.length === 0
    ? 'The plugin conforms.'
    : findings.map(({ check, problem }) => `${check}: ${problem}`).join('\n');
