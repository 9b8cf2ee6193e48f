import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { hasText, t, textOr } from './text.ts';

function leaves(node: unknown, path: string): [string, string][] {
  if (typeof node === 'string') return [[path, node]];
  return Object.entries(node as object).flatMap(([name, child]) =>
    leaves(child, path === '' ? name : `${path}.${name}`),
  );
}

describe('the text catalogue', () => {
  it('fills in placeholders and writes numbers the way the language does', () => {
    expect(t('common.title', { page: 'Plugins' })).toBe('Plugins · batchfeed');
    expect(t('plugins.count', { count: 1 })).toBe('1 plugin');
    expect(t('plugins.count', { count: 12_345 })).toBe('12,345 plugins');
    expect(t('plugins.count', { count: 0 })).toBe('0 plugins');
  });

  it('puts a value in as it is, even one that looks like a placeholder or a pattern', () => {
    expect(t('common.title', { page: '{page} $& <b>' })).toBe('{page} $& <b> · batchfeed');
  });

  it('knows which keys it has', () => {
    expect(hasText('batching.reason.age')).toBe(true);
    expect(hasText('batching.reason')).toBe(false);
    expect(hasText('constructor.name')).toBe(false);
    expect(textOr('batching.reason.budget', 'budget')).toBe('too many keys');
    expect(textOr('batching.reason.unheard', 'unheard')).toBe('unheard');
  });

  it('has no empty text and no stray space', () => {
    for (const [path, text] of leaves(en, '')) expect(text, path).toMatch(/^\S(.*\S)?$/s);
  });
});

describe('components', () => {
  const source = join(import.meta.dirname, '..');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'));

  it('have no text of their own', () => {
    expect(files.length).toBeGreaterThan(20);
    const offenders = files.flatMap((file) => {
      const code = readFileSync(join(source, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      const inTags = [...code.matchAll(/(?<=[\w"'}\])/])>\s*([A-Za-z][A-Za-z ,.’']*[a-z.])\s*<\//g)];
      const inAttributes = [...code.matchAll(/\b(?:aria-label|title|placeholder|alt|label)="([^"]*[A-Za-z][^"]*)"/g)];
      return [...inTags, ...inAttributes].map(([, text]) => `${file}: ${text}`);
    });
    expect(offenders).toEqual([]);
  });

  it('never put anybody’s text into the page as HTML', () => {
    const offenders = files.filter((file) =>
      /dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write/.test(
        readFileSync(join(source, file), 'utf8'),
      ),
    );
    expect(offenders).toEqual([]);
  });
});
