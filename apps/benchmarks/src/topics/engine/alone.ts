/** Measures one part in a process of its own, so that none meets the heap another left. Argument: the part's name. */
import { DEFAULT_OPTIONS } from '../../topic.ts';
import { isPartName, parts } from './parts.ts';

const [, , name = ''] = process.argv;
if (!isPartName(name)) throw new Error(`There is no part ${name}.`);
const say = (line: string) => void process.stderr.write(`▸ ${line}\n`);
const figures = await parts[name]({ say, signal: new AbortController().signal, options: DEFAULT_OPTIONS });
process.stdout.write(JSON.stringify(figures));
