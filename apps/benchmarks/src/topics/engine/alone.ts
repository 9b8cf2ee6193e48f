/** Measures one part in a process of its own, so that none meets the heap another left. Argument: the part's name. */
import { type PartName, parts } from './parts.ts';

const say = (line: string) => void process.stderr.write(`▸ ${line}\n`);
const figures = await parts[process.argv[2] as PartName]({ say, signal: new AbortController().signal });
process.stdout.write(JSON.stringify(figures));
