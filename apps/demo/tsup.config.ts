import { app } from '../../scripts/tsup.mjs';

export default app();
