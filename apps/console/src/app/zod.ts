import { config } from 'zod/v4';

/**
 * What `zod` is in the console (vite.config.ts). Its compiled parsers need `eval`, and it finds out whether it may by
 * trying: the policy forbids it and browsers report the attempt. So it is told before the first schema is made.
 */
config({ jitless: true });

export * from 'zod/v4';
