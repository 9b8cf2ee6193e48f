import { app } from '../../scripts/tsup.mjs';

export default app({
  main: 'src/main.ts',
  index: 'src/index.ts',
  leash: 'src/leash.ts',
  crash: 'src/crash-main.ts',
  'identifier-plugin': 'src/identifier-plugin.ts',
});
