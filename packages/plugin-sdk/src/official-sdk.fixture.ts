import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

/** The official SDK from npm, with the tests it ships, in a folder outside the workspace's installation. */

const name = '@mediarithmics/plugins-nodejs-sdk';
const manifest = JSON.stringify({ private: true, dependencies: { [name]: '0.28.2' } });
/** The benchmarks compare with the same one; both leave it to the other as they would want to find it. */
const folder = fileURLToPath(new URL('../../../.toolchain/peers/sdk', import.meta.url));
const modules = join(folder, 'node_modules');
const ours = fileURLToPath(new URL('../dist/index.cjs', import.meta.url));

export const installOfficialSdk = async (): Promise<void> => {
  const stamp = join(folder, 'installed.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === manifest) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), manifest);
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  await promisify(execFile)('npm', args, { cwd: folder });
  writeFileSync(stamp, manifest);
};

/** Runs one of its test files with nothing changed but where it imports from, and gives what mocha reports. */
export const runOfficialTest = async (file: string): Promise<{ passes: string[]; failures: string[] }> => {
  const source = readFileSync(join(modules, name, 'src', 'tests', `${file}.ts`), 'utf8');
  const moved = source
    .replaceAll(/from '\.\.\/[^']*'/g, `from '${ours}'`)
    // It would hide the file's other tests.
    .replaceAll('describe.only(', 'describe(');
  if (!moved.includes(ours)) throw new Error(`${file} would run against the official SDK itself.`);
  const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true };
  const script = join(folder, 'moved', `${file}.cjs`);
  mkdirSync(join(folder, 'moved'), { recursive: true });
  writeFileSync(script, transpileModule(moved, { compilerOptions }).outputText);
  const mocha = join(modules, 'mocha', 'bin', 'mocha.js');
  const { stdout } = await promisify(execFile)(process.execPath, [mocha, '--exit', '--reporter', 'json', script], {
    cwd: folder,
  }).catch((error: { stdout: string }) => error);
  const report = JSON.parse(stdout.slice(stdout.indexOf('{\n'))) as Record<'passes' | 'failures', { title: string }[]>;
  return {
    passes: report.passes.map(({ title }) => title),
    failures: report.failures.map(({ title }) => title),
  };
};

const plugin = `
const { core } = require(${JSON.stringify(name)});
class Plugin extends core.BatchedAudienceFeedConnectorBasePlugin {
  async onExternalSegmentCreation() { return { status: 'ok' }; }
  async onExternalSegmentConnection() { return { status: 'ok' }; }
  async onUserSegmentUpdate({ user_identifiers, operation }) {
    const data = user_identifiers.filter(({ email }) => email)
      .map(({ email }) => ({ type: 'BATCH_DELIVERY', content: { email }, grouping_key: operation }));
    return data.length > 0 ? { status: 'ok', data } : { status: 'no_eligible_identifier' };
  }
  async onBatchUpdate({ batch_content }) {
    return { status: 'OK', sent_items_in_success: batch_content.length, sent_items_in_error: 0 };
  }
}
const server = new Plugin().app.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
process.stdin.on('end', () => process.exit()).resume();
`;

/** Runs a plugin on the official SDK while `work` lasts. */
export const withOfficialPlugin = async <T>(
  gateway: { host: string; port: number },
  work: (url: string) => Promise<T>,
): Promise<T> => {
  const child = spawn(process.execPath, ['-e', plugin], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      PLUGIN_WORKER_ID: 'worker-9876',
      PLUGIN_AUTHENTICATION_TOKEN: 'token-54321',
      GATEWAY_HOST: gateway.host,
      GATEWAY_PORT: String(gateway.port),
    },
  });
  try {
    const port = await new Promise<string>((resolve, reject) => {
      let output = '';
      child.once('exit', () => reject(new Error('The official plugin did not start.')));
      child.stdout.on('data', (text) => {
        output += text;
        const found = /port (\d+)/.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    return await work(`http://127.0.0.1:${port}`);
  } finally {
    child.kill('SIGKILL');
  }
};
