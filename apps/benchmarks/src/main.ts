import { Argument, Command, InvalidArgumentError } from 'commander';
import { describeMachine } from './machine.ts';
import { renderJson, renderTable } from './render.ts';
import { DEFAULT_OPTIONS, type TopicOptions } from './topic.ts';
import { isTopicName, TOPIC_NAMES, topics } from './topics.ts';

const command = new Command('npm run bench --')
  .description('Measures the figures of a topic: things run alternately in one run, medians of at least five rounds.')
  .addArgument(new Argument('<topic>', 'what to measure').choices(TOPIC_NAMES))
  .option('--json', 'one line of JSON and nothing else on stdout', false)
  .option('--full', 'outage: ten times as many updates', DEFAULT_OPTIONS.full)
  .option('--minutes <minutes>', 'soak: how long', readMinutes, DEFAULT_OPTIONS.minutes)
  .addHelpText('after', '\nExit codes: 0 measured, 1 failed.')
  .parse();

const stop = new AbortController();
const abort = () => stop.abort(new Error('stopped'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
// The process that started this one may be gone without a signal.
const owner = process.ppid;
setInterval(() => process.ppid !== owner && abort(), 500).unref();

const [topicName = ''] = command.args;
if (!isTopicName(topicName)) throw new Error(`There is no topic ${topicName}.`);
const { json, ...options } = command.opts<TopicOptions & { json: boolean }>();
const say = (line: string) => void process.stderr.write(`▸ ${line}\n`);
const figures = await topics[topicName]({ say, signal: stop.signal, options });
const render = json ? renderJson : renderTable;
process.stdout.write(`${render(topicName, describeMachine(), figures)}\n`);

function readMinutes(text: string): number {
  const minutes = Number(text);
  if (minutes > 0 && minutes <= 600) return minutes;
  throw new InvalidArgumentError('It must be a number of minutes, up to 600.');
}
