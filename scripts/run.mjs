#!/usr/bin/env node
// What `npm start`, `npm test` and `npm run bench` run: sets up whatever is missing, then does the task.
// Plain Node without dependencies, since nothing is installed yet; it must run on Node 20.19, too.
import { prepare } from './run/prepare.mjs';
import { Failure, say } from './run/say.mjs';
import { tasks } from './run/tasks.mjs';

const [name = '', ...args] = process.argv.slice(2);

try {
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (!task) throw new Failure(`there is no task "${name}"`, `use one of: ${Object.keys(tasks).join(', ')}`);
  const tools = await prepare(task.builds);
  process.exitCode = await task.run(tools, args);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  say(`\n✗ ${error.message}\n  ${error.advice}`);
  process.exitCode = 1;
}
