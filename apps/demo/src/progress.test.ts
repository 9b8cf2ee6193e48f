import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progressDisplay } from './progress.ts';

const streamOf = (isTTY: boolean) => {
  const stream = Object.assign(new PassThrough().setEncoding('utf8'), { isTTY, columns: 120 });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => String(stream.read() ?? '') };
};

describe('progressDisplay', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('writes plain lines where there is no terminal: one every two seconds, and the last', () => {
    const { stream, text } = streamOf(false);
    const display = progressDisplay(1_000, 0, stream);
    for (let done = 0; done <= 500; done += 100) {
      display.show({ sent: 1_000, done, lines: done, delivered: done / 2 });
      vi.advanceTimersByTime(1_000);
    }
    display.show({ sent: 1_000, done: 1_000, lines: 1_000, delivered: 1_000 });
    display.stop();
    display.stop();
    const lines = text().trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('   10 %  1000 sent  200 of 1000 updates done  100 of 200 lines delivered  100 updates/s');
    expect(lines.at(-1)).toContain('100 %  1000 sent  1000 of 1000 updates done  1000 of 1000 lines delivered');
  });

  it('counts in its rate only what this start has done', () => {
    const { stream, text } = streamOf(false);
    const display = progressDisplay(1_000, 600, stream);
    vi.advanceTimersByTime(2_000);
    display.show({ sent: 1_000, done: 800, lines: 0, delivered: 0 });
    expect(text()).toContain('100 updates/s');
  });

  it('draws a bar on a terminal', () => {
    const { stream, text } = streamOf(true);
    const display = progressDisplay(1_000, 0, stream);
    vi.advanceTimersByTime(1_000);
    display.show({ sent: 1_000, done: 500, lines: 500, delivered: 250 });
    display.stop();
    expect(text()).toMatch(/█+░+.* 25 % +250\/1000 updates/);
  });
});
