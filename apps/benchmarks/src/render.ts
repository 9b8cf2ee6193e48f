import type { Figure, MeasuredFigure } from './figure.ts';
import type { Machine } from './machine.ts';

/** One line of JSON, for programs. */
export const renderJson = (topic: string, machine: Machine, figures: readonly MeasuredFigure[]): string =>
  JSON.stringify({
    topic,
    machine,
    figures: figures.map(({ name, value, unit, bound, met }): Figure => ({ name, value, unit, bound, met })),
  });

const verdicts = { true: 'met', false: 'MISSED', null: '' } as const;

/** A table, for people. */
export const renderTable = (topic: string, machine: Machine, figures: readonly MeasuredFigure[]): string => {
  const rows = [
    ['figure', 'median', 'spread', 'rounds', 'bound', ''],
    ...figures.map(({ name, value, unit, spread, rounds, bound, met }) => [
      name,
      `${value} ${unit}`,
      `${spread[0]} … ${spread[1]}`,
      String(rounds),
      bound ?? '',
      verdicts[`${met}`],
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const details = figures.filter(({ detail }) => detail !== '').map(({ name, detail }) => `${name}: ${detail}`);
  const { cpu, cores, memory_gib, os, node } = machine;
  return [
    `${topic} on ${cores} × ${cpu}, ${memory_gib} GiB, ${os}, Node ${node}`,
    '',
    ...lines,
    ...(details.length > 0 ? ['', ...details] : []),
  ].join('\n');
};
