import { Argument, Command } from 'commander';
import { describeMachine } from './machine.ts';
import { renderJson, renderTable } from './render.ts';
import { type TopicName, topics } from './topics.ts';

const names = Object.keys(topics) as TopicName[];
const command = new Command('npm run bench --')
  .description('Measures the figures of a topic: things run alternately in one run, medians of at least five rounds.')
  .addArgument(new Argument('<topic>', 'what to measure').choices(names))
  .option('--json', 'one line of JSON and nothing else on stdout', false)
  .addHelpText('after', '\nExit codes: 0 measured, 1 failed, 2 the topic has no figures yet.')
  .parse();

const stop = new AbortController();
const abort = () => stop.abort(new Error('stopped'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
// Whoever started this may be gone without a word.
const owner = process.ppid;
setInterval(() => process.ppid !== owner && abort(), 500).unref();

const topicName = command.args[0] as TopicName;
const { json } = command.opts<{ json: boolean }>();
const topic = topics[topicName];
if (topic) {
  const say = (line: string) => void process.stderr.write(`▸ ${line}\n`);
  const figures = await topic({ say, signal: stop.signal });
  const render = json ? renderJson : renderTable;
  process.stdout.write(`${render(topicName, describeMachine(), figures)}\n`);
} else {
  const filled = names.filter((name) => topics[name]);
  process.stderr.write(`✗ ${topicName} has no figures yet; topics that have: ${filled.join(', ')}\n`);
  process.exitCode = 2;
}
