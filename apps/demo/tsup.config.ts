import { app } from '../../scripts/tsup.mjs';

export default app(['src/main.ts', 'src/index.ts', 'src/leash.ts']);
