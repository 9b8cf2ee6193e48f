// Writes the declarations of the package's entry, in the two lines it has in the source. The declaration bundler would
// turn the types inside `export * as core` into values, and `core.UserSegmentUpdateRequest` would not compile.
import { writeFileSync } from 'node:fs';

for (const [file, list] of [
  ['index.d.ts', './core.js'],
  ['index.d.cts', './core.cjs'],
]) {
  writeFileSync(
    new URL(`dist/${file}`, import.meta.url),
    `export * as core from '${list}';\nexport * from '${list}';\n`,
  );
}
