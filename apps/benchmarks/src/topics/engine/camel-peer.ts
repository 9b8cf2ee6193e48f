import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { PEERS_FOLDER, SOURCE_FOLDER } from '../../peers.ts';

const CAMEL_SOURCE = join(SOURCE_FOLDER, 'topics', 'engine', 'camel');
const LIBRARIES = join(PEERS_FOLDER, 'camel');

/** Whether Java and Maven are here. */
export async function hasJava(): Promise<boolean> {
  try {
    for (const command of ['java', 'mvn']) await promisify(execFile)(command, ['-version']);
    return true;
  } catch {
    return false;
  }
}

/** Camel's libraries, from Maven Central, once. */
export async function installCamel(onInstall: (what: string) => void): Promise<void> {
  if (existsSync(join(LIBRARIES, 'complete'))) return;
  onInstall('fetching Apache Camel to compare with');
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  const pom = join(CAMEL_SOURCE, 'pom.xml');
  await promisify(execFile)('mvn', ['-q', '-B', '-f', pom, goal, `-DoutputDirectory=${join(LIBRARIES, 'complete')}`]);
}

/** The aggregator in a process of its own, which does rounds when it is asked. */
export class CamelPeer {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  #said = '';

  constructor(lines: number, keys: number, linesPerBatch: number) {
    const args = [lines, keys, linesPerBatch].map(String);
    const classPath = join(LIBRARIES, 'complete', '*');
    const child = spawn('java', ['-cp', classPath, join(CAMEL_SOURCE, 'Aggregator.java'), ...args], { stdio: 'pipe' });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4096);
    });
    this.#child = child;
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Nanoseconds of a round. */
  async round(): Promise<number> {
    this.#child.stdin?.write('\n');
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error(`The Java program ended: ${this.#said}`);
    return Number(answer.value);
  }

  /** It ends by itself when its input does. */
  end(): void {
    this.#child.stdin?.end();
  }
}
