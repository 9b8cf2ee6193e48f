import { describe, expect, test } from 'vitest';
import { type Account, Budget } from './budget.ts';
import { settle } from './testing.ts';

/** Reserves, and writes down the name once it has its turn. */
function ask(account: Account, name: string, bytes: number, served: string[]): void {
  const turn = account.reserve(bytes);
  if (turn === undefined) served.push(name);
  else void turn.then(() => served.push(name));
}

describe('the memory budget', () => {
  test('gives at once while there is room, and may go over by the last one', () => {
    const budget = new Budget(100);
    const account = budget.account('d');
    expect([budget.held, account.hasRoom]).toEqual([0, true]);
    expect(account.reserve(49)).toBeUndefined();
    expect([budget.held, account.hasRoom]).toEqual([49, true]);
    expect(account.reserve(50)).toBeUndefined();
    expect([budget.held, account.held, account.hasRoom]).toEqual([99, 99, false]);
    expect(account.reserve(1)).toBeInstanceOf(Promise);
    expect([budget.held, account.waiting]).toEqual([99, 1]);
  });

  test('lets one hold as much as is free: alone a half, to the byte', () => {
    const account = new Budget(100).account('d');
    account.take(50);
    expect(account.hasRoom).toBe(false);
    account.give(1);
    expect(account.hasRoom).toBe(true);
  });

  test('leaves room beside any number that do not move', () => {
    const budget = new Budget(1000);
    for (let index = 0; index < 9; index += 1) {
      const stuck = budget.account(`stuck ${index}`);
      while (stuck.hasRoom) stuck.take(1);
    }
    expect(budget.held).toBeLessThan(1000);
    expect(budget.account('moving').hasRoom).toBe(true);
  });

  test('is one account a destination', () => {
    const budget = new Budget(100);
    expect(budget.account('d')).toBe(budget.account('d'));
    expect(budget.account('d')).not.toBe(budget.account('e'));
  });

  test('serves those who wait in the order in which they came, as far as there is room', async () => {
    const account = new Budget(200).account('d');
    const served: string[] = [];
    ask(account, 'a', 100, served);
    for (const name of ['b', 'c', 'd']) ask(account, name, 60, served);
    await settle(1);
    expect(served).toEqual(['a']);
    account.give(10);
    await settle(1);
    expect(served).toEqual(['a', 'b']);
    expect(account.held).toBe(150);
    account.give(40);
    await settle(1);
    expect(served).toEqual(['a', 'b']);
    account.give(110);
    await settle(1);
    expect(served).toEqual(['a', 'b', 'c', 'd']);
    expect(account.held).toBe(120);
  });

  test('serves another destination when one gives back', async () => {
    const budget = new Budget(100);
    const served: string[] = [];
    budget.account('d').take(95);
    budget.account('e').take(5);
    ask(budget.account('e'), 'e', 10, served);
    budget.account('d').give(80);
    await settle(1);
    expect(served).toEqual(['e']);
    expect([budget.held, budget.account('e').held]).toEqual([30, 15]);
  });

  test('a reservation does not overtake one that waits', async () => {
    const account = new Budget(100).account('d');
    const served: string[] = [];
    account.take(50);
    ask(account, 'first', 1, served);
    ask(account, 'second', 1, served);
    account.give(50);
    await settle(1);
    expect(served).toEqual(['first', 'second']);
  });

  test('tells who asked in vain when room comes back, once, and not whom others took it from', async () => {
    const budget = new Budget(100);
    const account = budget.account('d');
    const told: string[] = [];
    budget.onRoom((destination) => told.push(destination));
    expect(account.askRoom()).toBe(true);
    account.take(60);
    account.give(20);
    expect(told).toEqual([]);
    account.take(20);
    expect(account.askRoom()).toBe(false);
    account.give(5);
    expect(told).toEqual([]);
    account.give(10);
    expect(told).toEqual(['d']);
    account.give(10);
    expect(told).toEqual(['d']);
    account.take(40);
    expect(account.askRoom()).toBe(false);
    ask(account, 'x', 60, []);
    account.give(30);
    expect(told).toEqual(['d']);
  });

  test('lets everybody go when it is released', async () => {
    const budget = new Budget(10);
    const served: string[] = [];
    for (const name of ['a', 'b', 'c']) ask(budget.account(name), name, 10, served);
    for (const name of ['a', 'b']) ask(budget.account(name), `${name} again`, 10, served);
    budget.release();
    await settle(1);
    expect(served.sort()).toEqual(['a', 'a again', 'b', 'b again', 'c']);
    expect(budget.held).toBe(50);
  });
});
