import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveSource, type LiveState } from './live-source.ts';

/** The part of the browser that a stream depends on, driven by the test. */
class Stream extends EventTarget {
  static readonly all: Stream[] = [];
  static get open() {
    return Stream.all.filter(({ closed }) => !closed);
  }
  closed = false;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly address: string) {
    super();
    Stream.all.push(this);
  }
  close() {
    this.closed = true;
  }
  say(name: string, data: string) {
    this.dispatchEvent(Object.assign(new Event(name), { data }));
  }
}

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const browser = new EventTarget();
const network = { onLine: true };
const states: LiveState[] = [];
const heard: unknown[] = [];
let reopened = 0;
let source: LiveSource;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Stream);
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', network);
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('addEventListener', browser.addEventListener.bind(browser));
  vi.stubGlobal('removeEventListener', browser.removeEventListener.bind(browser));
  Stream.all.length = 0;
  states.length = 0;
  heard.length = 0;
  reopened = 0;
  page.visibilityState = 'visible';
  network.onLine = true;
  source = new LiveSource('/v1/events', {
    events: { feeds: (data) => heard.push(data) },
    onState: (state) => states.push(state),
    onReopened: () => {
      reopened += 1;
    },
  });
});

afterEach(() => {
  source.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const latest = () => Stream.all.at(-1) as Stream;
const show = (visibility: 'visible' | 'hidden') => {
  page.visibilityState = visibility;
  page.dispatchEvent(new Event('visibilitychange'));
};

describe('a live source', () => {
  it('hands over what it hears, and leaves out what is no JSON', () => {
    latest().onopen?.();
    latest().say('feeds', '[{"feed_id":"1"}]');
    latest().say('feeds', '[{');
    latest().say('other', '1');
    expect(heard).toEqual([[{ feed_id: '1' }]]);
    expect(states).toEqual(['open']);
    expect(reopened).toBe(0);
  });

  it('comes back after a gap, and says that there was one', () => {
    latest().onopen?.();
    latest().onerror?.();
    expect(states.at(-1)).toBe('waiting');
    expect(Stream.open).toHaveLength(0);
    vi.advanceTimersByTime(1_000);
    latest().onopen?.();
    expect(states).toEqual(['open', 'waiting', 'connecting', 'open']);
    expect(reopened).toBe(1);
  });

  it('tries less and less often while the platform is away: no storm', () => {
    for (let minute = 0; minute < 10; minute += 1) {
      for (let second = 0; second < 60; second += 1) {
        for (const stream of Stream.open) stream.onerror?.();
        vi.advanceTimersByTime(1_000);
      }
    }
    // At the shortest distances there could be: 0.5, 1, 2, 4, 8 and then 15 seconds.
    expect(Stream.all.length).toBeLessThan(46);
    expect(Stream.all.length).toBeGreaterThan(15);
  });

  it('waits without trying while the browser knows that it is offline', () => {
    latest().onopen?.();
    network.onLine = false;
    latest().onerror?.();
    vi.advanceTimersByTime(600_000);
    expect(Stream.all).toHaveLength(1);
    network.onLine = true;
    browser.dispatchEvent(new Event('online'));
    expect(Stream.open).toHaveLength(1);
  });

  it('lets go of the stream of a page that nobody sees, and takes it up again', () => {
    latest().onopen?.();
    show('hidden');
    vi.advanceTimersByTime(59_000);
    expect(Stream.open).toHaveLength(1);
    vi.advanceTimersByTime(2_000);
    expect(Stream.open).toHaveLength(0);
    show('visible');
    latest().onopen?.();
    expect(Stream.open).toHaveLength(1);
    expect(reopened).toBe(1);
  });

  it('keeps the stream of a page that was only left for a moment', () => {
    latest().onopen?.();
    show('hidden');
    vi.advanceTimersByTime(30_000);
    show('visible');
    vi.advanceTimersByTime(120_000);
    expect(Stream.all).toHaveLength(1);
    expect(Stream.open).toHaveLength(1);
  });

  it('is never more than one stream, and none once it is closed', () => {
    browser.dispatchEvent(new Event('online'));
    expect(Stream.open).toHaveLength(1);
    latest().onerror?.();
    source.close();
    vi.advanceTimersByTime(120_000);
    browser.dispatchEvent(new Event('online'));
    show('visible');
    expect(Stream.open).toHaveLength(0);
    expect(states.at(-1)).toBe('closed');
  });
});
