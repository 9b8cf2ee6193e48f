import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { batchBody, updateBody } from './bodies.ts';
import { firstAnswer, runLoad } from './load.ts';
import { ServerProcess, type Setting, type VariantName } from './server-process.ts';

const connections = 50;
const durationMs = 2_000;
const rounds = 7;

interface Measured {
  /** Answered calls a second, one value a round. */
  rates: Record<VariantName, number[]>;
  /** Microseconds of the server's CPU for a call. */
  cpu: Record<VariantName, number[]>;
  /** How much of one core the generator of the load used. */
  generator: number;
  /** Calls answered 429, which happens on a machine that is busy with other things; they count as not answered. */
  turnedAway: number;
}

const variants = ['ours', 'official', 'bare'] as const;

const measureRoute = async (path: string, body: Buffer, setting: Setting, { say, signal }: TopicContext) => {
  const cpu: Measured['cpu'] = { ours: [], official: [], bare: [] };
  const generator: number[] = [];
  let turnedAway = 0;
  const servers = {} as Record<VariantName, ServerProcess>;
  try {
    for (const variant of variants) {
      servers[variant] = await ServerProcess.start(variant, setting);
      await firstAnswer({ port: servers[variant].port, path, body }, signal);
    }
    const measure = (variant: VariantName) => async (round: number) => {
      signal.throwIfAborted();
      const server = servers[variant];
      const before = await server.usage();
      const own = process.cpuUsage();
      const result = await runLoad({ port: server.port, path, body, connections, durationMs });
      const { user, system } = process.cpuUsage(own);
      const after = await server.usage();
      if (result.answered === 0) throw new Error(`${variant} turned every call away: the machine is too busy.`);
      if (round > 0) {
        turnedAway += result.turnedAway;
        cpu[variant].push((after.cpuMicroseconds - before.cpuMicroseconds) / result.answered);
        generator.push((user + system) / 1_000 / result.milliseconds);
      }
      return (result.answered / result.milliseconds) * 1_000;
    };
    const rates = await interleave(
      { ours: measure('ours'), official: measure('official'), bare: measure('bare') },
      { rounds, onRound: (round) => say(round === 0 ? `${path}: warming up` : `${path}: round ${round}`) },
    );
    return { rates, cpu, generator: Math.max(...generator), turnedAway } satisfies Measured;
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
};

const perSecond = (rates: number[]) => `${Math.round(median(rates))}/s`;
const microseconds = (values: number[]) => `${Math.round(median(values))} µs`;

const describe = ({ rates, generator, turnedAway }: Measured) =>
  [
    `${perSecond(rates.ours)}, official ${perSecond(rates.official)}, bare ${perSecond(rates.bare)}`,
    `generator at most ${Math.round(generator * 100)} % of a core`,
    ...(turnedAway > 0 ? [`${turnedAway} calls turned away`] : []),
  ].join('; ');

/** `POST /v1/user_segment_update` against the official SDK and against bare `node:http`. */
export const measureUpdates = async (setting: Setting, context: TopicContext): Promise<MeasuredFigure[]> => {
  const measured = await measureRoute('/v1/user_segment_update', updateBody, setting, context);
  const { rates, cpu } = measured;
  return [
    figureOf('user_segment_update, requests/s against the official SDK', ratios(rates.ours, rates.official), {
      bound: { is: '>=', limit: 2.5 },
      detail: describe(measured),
    }),
    figureOf('user_segment_update, CPU a request against the official SDK', ratios(cpu.ours, cpu.official), {
      bound: { is: '<=', limit: Number((1 / 3).toFixed(3)) },
      detail: `${microseconds(cpu.ours)}, official ${microseconds(cpu.official)}, bare ${microseconds(cpu.bare)}`,
    }),
    figureOf('user_segment_update, requests/s against bare node:http', ratios(rates.ours, rates.bare), {
      bound: { is: '>=', limit: 0.8 },
    }),
  ];
};

/** `POST /v1/batch_update` with 200 lines against the official SDK. */
export const measureBatches = async (setting: Setting, context: TopicContext): Promise<MeasuredFigure[]> => {
  const measured = await measureRoute('/v1/batch_update', batchBody, setting, context);
  const { rates, cpu } = measured;
  const detail = `${describe(measured)}; CPU ${microseconds(cpu.ours)}, official ${microseconds(cpu.official)}`;
  return [
    figureOf('batch_update of 200 lines, requests/s against the official SDK', ratios(rates.ours, rates.official), {
      bound: { is: '>=', limit: 2.5 },
      detail,
    }),
  ];
};
