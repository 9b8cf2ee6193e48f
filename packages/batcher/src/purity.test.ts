import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FORBIDDEN = [
  /\bDate\b/,
  /\bperformance\b/,
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bPromise\b/,
  /\basync\b/,
  /\bawait\b/,
  /\bprocess\b/,
  /\bBuffer\b/,
  /Math\.random/,
  /from 'node:/,
  /from '(?!\.)/,
];

test.each(readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !file.includes('.test.')))(
  '%s has no clock, timer, promise, randomness, I/O or dependency',
  (file) => {
    const code = readFileSync(`${import.meta.dirname}/${file}`, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    for (const pattern of FORBIDDEN) expect(code).not.toMatch(pattern);
  },
);
