import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { updateBody } from './bodies.ts';
import { firstAnswer } from './load.ts';
import { ServerProcess, type Setting, type VariantName } from './server-process.ts';

const rounds = 9;
const megabyte = 1024 * 1024;

/** From starting the process to its first answered update, and its resident memory then. */
export const measureStart = async (setting: Setting, { say, signal }: TopicContext): Promise<MeasuredFigure[]> => {
  const memory: Record<VariantName, number[]> = { ours: [], official: [], bare: [] };
  const measure = (variant: VariantName) => async (round: number) => {
    const server = await ServerProcess.start(variant, setting);
    try {
      await firstAnswer({ port: server.port, path: '/v1/user_segment_update', body: updateBody }, signal);
      const milliseconds = performance.now() - server.startedAt;
      const { residentBytes } = await server.usage();
      if (round > 0) memory[variant].push(residentBytes / megabyte);
      return milliseconds;
    } finally {
      await server.stop();
    }
  };
  const times = await interleave(
    { ours: measure('ours'), official: measure('official'), bare: measure('bare') },
    { rounds, onRound: (round) => say(round === 0 ? 'start: warming up' : `start: round ${round}`) },
  );
  const text = (values: Record<VariantName, number[]>, unit: string) =>
    (['ours', 'official', 'bare'] as const)
      .map((variant) => `${variant} ${Math.round(median(values[variant]))} ${unit}`)
      .join(', ');
  return [
    figureOf('start to first answered request against the official SDK', ratios(times.ours, times.official), {
      bound: { is: '<=', limit: Number((1 / 3).toFixed(3)) },
      detail: text(times, 'ms'),
    }),
    figureOf('resident memory after it against the official SDK', ratios(memory.ours, memory.official), {
      bound: { is: '<=', limit: 0.8 },
      detail: text(memory, 'MiB'),
    }),
  ];
};
