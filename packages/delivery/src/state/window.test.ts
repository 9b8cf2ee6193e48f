import { describe, expect, it } from 'vitest';
import { PLACE_BYTES, Window } from './window.ts';

const take = (account: { takePlace(): void }, places: number) => {
  for (let place = 0; place < places; place += 1) account.takePlace();
};

describe('Window', () => {
  it('lets a destination alone hold eight ninths in places, whatever texts there are', () => {
    const window = new Window(900 * PLACE_BYTES, 1_000);
    const account = window.account(() => {}, false);
    account.takeText(500);
    take(account, 799);
    expect(account.hasRoom).toBe(true);
    take(account, 1);
    expect(account.hasRoom).toBe(false);
    const other = window.account(() => {}, false);
    take(other, 16);
    expect(other.hasRoom).toBe(true);
  });

  it('lets one whose lines come with their texts hold as much as is still free', () => {
    const window = new Window(10_000 * PLACE_BYTES, 10_000_000);
    const account = window.account(() => {}, true);
    take(account, 4_999);
    expect(account.hasRoom).toBe(true);
    take(account, 1);
    expect(account.hasRoom).toBe(false);
    expect(window.account(() => {}, true).hasRoom).toBe(true);
  });

  it('leaves each of many that stand still the places of one batch', () => {
    const window = new Window(1_000 * PLACE_BYTES, 1_000);
    const greedy = Array.from({ length: 50 }, () => window.account(() => {}, false));
    for (const account of greedy) while (account.hasRoom) account.takePlace();
    const late = window.account(() => {}, false);
    late.needs(40);
    take(late, 39);
    expect(late.hasRoom).toBe(true);
    take(late, 1);
    expect(late.hasRoom).toBe(false);
  });

  it('tells one of those that asked in vain when something is given back', () => {
    const window = new Window(100 * PLACE_BYTES, 1_000);
    const told: string[] = [];
    const one = window.account(() => told.push('one'), false);
    const two = window.account(() => told.push('two'), false);
    take(one, 90);
    take(two, 60);
    expect([one.askRoom(), two.askRoom()]).toEqual([false, false]);
    one.give(1, 0, 0);
    expect(told).toEqual(['one']);
    one.give(1, 0, 0);
    expect(told).toEqual(['one', 'two']);
  });

  it('has room for a text only below the limit of texts, and for lines that need theirs only then', () => {
    const window = new Window(1_000_000, 1_000);
    const account = window.account(() => {}, true);
    take(account, 20);
    expect(account.hasRoom).toBe(true);
    account.takeText(400);
    expect(account.hasTextRoom(0)).toBe(false);
    expect(account.hasRoom).toBe(false);
    account.give(0, 1, 400);
    expect([account.hasTextRoom(0), account.hasRoom, window.textBytes]).toEqual([true, true, 0]);
  });

  it('leaves one whose texts are small its pace beside many that stand still with a large text each', () => {
    const window = new Window(32_000_000, 24_000_000);
    for (let index = 0; index < 10; index += 1) {
      const stuck = window.account(() => {}, true);
      do {
        stuck.takePlace();
        stuck.takeText(3_000_000);
      } while (stuck.hasTextRoom(3_000_000));
    }
    expect(window.textBytes).toBeGreaterThan(window.textLimit);
    const small = window.account(() => {}, true);
    for (let line = 0; line < 500; line += 1) {
      expect([small.hasRoom, small.hasTextRoom(100)]).toEqual([true, true]);
      small.takePlace();
      small.takeText(100);
    }
    for (let line = 0; line < 5_000; line += 1) {
      small.takePlace();
      small.takeText(100);
    }
    expect([small.hasRoom, small.hasTextRoom(100)]).toEqual([false, false]);
  });

  it('shares out no more than half of what texts may take in that way, however many there are', () => {
    const window = new Window(32_000_000, 24_000_000);
    const accounts = Array.from({ length: 10_000 }, () => window.account(() => {}, true));
    expect(window.sureBytes).toBe(256 * 1024);
    for (const account of accounts) account.takePlace();
    expect(window.sureBytes * 10_000).toBeLessThanOrEqual(12_000_000);
    for (const account of accounts) account.give(1, 0, 0);
    expect(window.sureBytes).toBe(256 * 1024);
  });
});
