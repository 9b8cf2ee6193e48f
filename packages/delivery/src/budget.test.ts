import { describe, expect, test } from 'vitest';
import { Budget } from './budget.ts';
import { settle } from './testing.ts';

/** Reserves, and writes down the name once it has its turn. */
function ask(budget: Budget, name: string, bytes: number, served: string[]): void {
  const turn = budget.reserve(bytes);
  if (turn === undefined) served.push(name);
  else void turn.then(() => served.push(name));
}

describe('the memory budget', () => {
  test('gives at once while there is room, and may go over by the last one', () => {
    const budget = new Budget(100);
    expect([budget.held, budget.hasRoom]).toEqual([0, true]);
    expect(budget.reserve(99)).toBeUndefined();
    expect([budget.held, budget.hasRoom]).toEqual([99, true]);
    expect(budget.reserve(50)).toBeUndefined();
    expect([budget.held, budget.hasRoom]).toEqual([149, false]);
    expect(budget.reserve(1)).toBeInstanceOf(Promise);
    expect(budget.held).toBe(149);
  });

  test('is full at its limit to the byte', () => {
    const budget = new Budget(100);
    budget.take(100);
    expect(budget.hasRoom).toBe(false);
    budget.give(1);
    expect(budget.hasRoom).toBe(true);
  });

  test('serves those who wait in the order in which they came, as far as there is room', async () => {
    const budget = new Budget(100);
    const served: string[] = [];
    ask(budget, 'a', 100, served);
    for (const name of ['b', 'c', 'd']) ask(budget, name, 60, served);
    await settle(1);
    expect(served).toEqual(['a']);
    budget.give(10);
    await settle(1);
    expect(served).toEqual(['a', 'b']);
    expect(budget.held).toBe(150);
    budget.give(40);
    await settle(1);
    expect(served).toEqual(['a', 'b']);
    budget.give(110);
    await settle(1);
    expect(served).toEqual(['a', 'b', 'c', 'd']);
    expect(budget.held).toBe(120);
  });

  test('tells those who listen when room comes back, not when it was there, nor when those who waited took it', async () => {
    const budget = new Budget(100);
    let told = 0;
    budget.onRoom(() => {
      told += 1;
    });
    budget.take(50);
    budget.give(10);
    expect(told).toBe(0);
    budget.take(70);
    budget.give(5);
    expect([told, budget.held]).toEqual([0, 105]);
    budget.give(5);
    expect([told, budget.held]).toEqual([0, 100]);
    const served: string[] = [];
    ask(budget, 'a', 50, served);
    budget.give(10);
    expect([told, budget.held]).toEqual([0, 140]);
    budget.give(100);
    expect([told, budget.held]).toEqual([1, 40]);
  });

  test('lets everybody go when it is released', async () => {
    const budget = new Budget(10);
    const served: string[] = [];
    for (const name of ['a', 'b', 'c']) ask(budget, name, 10, served);
    budget.release();
    await settle(1);
    expect(served).toEqual(['a', 'b', 'c']);
    expect(budget.held).toBe(30);
  });
});
