import { describe, expect, it } from 'vitest';
import type { MeasuredFigure } from '../figure.ts';
import { DEFAULT_OPTIONS } from '../topic.ts';
import { type OutagePart, outageParts } from './outage/parts.ts';
import { SMALL } from './outage/size.ts';

// The small form of the benchmark: what it counts must be right; how fast it is says nothing here.
const context = { say: () => {}, signal: new AbortController().signal, options: DEFAULT_OPTIONS };

async function measure(part: OutagePart): Promise<(name: string) => number> {
  const figures: MeasuredFigure[] = await part(context, SMALL);
  return (name) => {
    const figure = figures.find((of) => of.name.startsWith(name));
    if (figure === undefined) throw new Error(`There is no figure ${name}.`);
    return figure.value;
  };
}

describe('an outage of the plugin', () => {
  it('takes updates, survives a restart and delivers each once and in order', async () => {
    const valueNamed = await measure(outageParts.backlog);
    expect({
      lost: valueNamed('lost'),
      doubled: valueNamed('doubled'),
      inversions: valueNamed('updates that arrived in the wrong order'),
    }).toEqual({ lost: 0, doubled: 0, inversions: 0 });
    expect(valueNamed('updates/s uploaded')).toBeGreaterThan(0);
    expect(valueNamed('pages of the data file')).toBeLessThanOrEqual(1.2);
  });

  it('leaves a healthy feed beside stuck ones able to deliver', async () => {
    const valueNamed = await measure(outageParts.stuckFeeds);
    expect(valueNamed('a feed beside')).toBeGreaterThan(0);
  });

  it('ends with the deletion of a feed that has a backlog', async () => {
    const valueNamed = await measure(outageParts.deletion);
    expect(valueNamed('deleting a feed')).toBeGreaterThan(0);
  });

  it('takes nothing of uploads that were given up', async () => {
    const valueNamed = await measure(outageParts.givenUp);
    expect(valueNamed('updates of them taken')).toBe(0);
  });
});
