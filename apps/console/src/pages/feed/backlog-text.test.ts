import { expect, it } from 'vitest';
import { backlogText } from './backlog-text.ts';

it('says what waits, and how long emptying takes where that is known', () => {
  const waiting = { updates: 18_200, lines: 1, bytes: 5 * 1024 * 1024, empty_in_s: null };
  expect(backlogText(waiting)).toBe('18,200 updates, 1 line, 5 MiB on disk');
  expect(backlogText({ ...waiting, empty_in_s: 9.4 })).toBe('18,200 updates, 1 line, 5 MiB on disk; empty in 9 s');
  expect(backlogText({ updates: 0, lines: 0, bytes: 0, empty_in_s: 0 })).toBe('nothing');
  expect(backlogText(undefined)).toBe('nothing');
});
