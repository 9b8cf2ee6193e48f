import { expect, it } from 'vitest';
import { DiskGauge } from './disk-gauge.ts';

it('adds what is free inside the store to what is free on the disk, and looks once a second however many ask', async () => {
  let looks = 0;
  const gauge = new DiskGauge({
    folder: '/data',
    spareBytes: async () => 5,
    diskBytes: async (folder) => {
      looks += 1;
      expect(folder).toBe('/data');
      return 10;
    },
  });
  const free = await Promise.all(Array.from({ length: 100 }, () => gauge.freeBytes()));
  expect(new Set(free)).toEqual(new Set([15]));
  expect(looks).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  await gauge.freeBytes();
  expect(looks).toBe(2);
});

it('keeps nobody from writing where the file system does not tell', async () => {
  const diskBytes = () => Promise.reject(new Error('ENOSYS'));
  const gauge = new DiskGauge({ folder: '/data', spareBytes: async () => 5, diskBytes });
  expect(await gauge.freeBytes()).toBe(Number.POSITIVE_INFINITY);
});

it('asks the file system of a real folder', async () => {
  const gauge = new DiskGauge({ folder: import.meta.dirname, spareBytes: async () => 0 });
  const free = await gauge.freeBytes();
  expect(free).toBeGreaterThan(0);
  expect(free).toBeLessThan(2 ** 60);
});
