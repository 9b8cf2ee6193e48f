import { join } from 'node:path';

const packages = join(import.meta.dirname, '../../..');
const hooks = `import { registerHooks } from 'node:module';
registerHooks({ resolve(name, context, next) {
  const sibling = /^@batchfeed\\/([a-z-]+)$/.exec(name)?.[1];
  return next(sibling === undefined ? name : ${JSON.stringify(`file://${packages}/`)} + sibling + '/src/index.ts', context);
} });`;

/** For tests: arguments with which Node runs a program against the sources of this workspace, without a build. */
export const runFromSource = ['--import', `data:text/javascript,${encodeURIComponent(hooks)}`] as const;
