// Lays the built console beside the built command, packed once here rather than at every request.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const source = join(import.meta.dirname, '../../console/dist');
const target = join(import.meta.dirname, '../dist/console');
/** What packing makes smaller; fonts and pictures are packed already. */
const PACKABLE = new Set(['.html', '.js', '.css', '.svg', '.json', '.txt']);
/** Below that the headers weigh more than what is saved. */
const MIN_BYTES = 1_024;

rmSync(target, { recursive: true, force: true });
if (existsSync(join(source, 'index.html'))) copy();
else process.stderr.write('The console is not built, so the platform will have none: bundle apps/console first.\n');

function copy() {
  cpSync(source, target, { recursive: true });
  for (const name of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    const file = join(target, name);
    const { size } = statSync(file);
    if (!PACKABLE.has(extname(name)) || size < MIN_BYTES) continue;
    const content = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
    );
  }
}
