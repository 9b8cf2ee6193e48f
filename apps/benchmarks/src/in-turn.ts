/** Work by number, from 0 up to `count`, done by so many at a time. */
export async function inTurn(count: number, workers: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  async function worker(): Promise<void> {
    while (next < count) {
      const index = next;
      next += 1;
      await work(index);
    }
  }
  await Promise.all(Array.from({ length: workers }, worker));
}
