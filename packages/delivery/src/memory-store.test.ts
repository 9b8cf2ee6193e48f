import { describe, test } from 'vitest';
import { MemoryStore } from './index.ts';
import { storeContract } from './testing.ts';

describe('the memory store', () => {
  const cases = storeContract({
    open: async (lanes) => new MemoryStore({ lanes }),
    reopen: async (store) => store,
    destroy: (store) => store.close(),
  });
  for (const { name, run } of cases) test(name, run);
});
