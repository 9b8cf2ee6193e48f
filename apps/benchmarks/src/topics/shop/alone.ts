/** The programs of this topic, each in a process of its own. Arguments: its name, and what it takes. */
import { programs } from './programs.ts';

const [name = '', ...args] = process.argv.slice(2);
await programs[name]!(args);
