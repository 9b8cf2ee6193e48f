import { app } from '../../scripts/tsup.mjs';

// A part of the engine's figures runs in a process of its own.
export default app({ main: 'src/main.ts', alone: 'src/topics/engine/alone.ts' });
