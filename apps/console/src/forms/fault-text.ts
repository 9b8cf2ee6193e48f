import type { z } from 'zod';
import { formatCount } from '../format/numbers.ts';
import { t } from '../texts/text.ts';

type Issue = z.core.$ZodIssue;

/**
 * What is wrong with a field, as a sentence for whoever types into it. Made from the same issues the platform refuses with;
 * `value` is what the issue is about.
 */
export function faultText(issue: Issue, value: unknown): string {
  const reader = readers[issue.code] as ((issue: Issue, value: unknown) => string | undefined) | undefined;
  return reader?.(issue, value) ?? sentence(issue.message);
}

type Readers = {
  readonly [Code in Issue['code']]?: (issue: Extract<Issue, { code: Code }>, value: unknown) => string | undefined;
};

const readers: Readers = {
  invalid_type: ({ expected }, value) => {
    if (value === undefined || value === '') return t('common.fault.required');
    if (typeof value === 'number') return t('common.fault.whole');
    return expected === 'number' || expected === 'int' ? t('common.fault.number') : undefined;
  },
  too_small: ({ origin, minimum, inclusive }) => {
    if (origin === 'string') return t('common.fault.required');
    return inclusive ? t('common.fault.tooSmall', { limit: formatCount(Number(minimum)) }) : undefined;
  },
  too_big: ({ origin, maximum }) => {
    const limit = formatCount(Number(maximum));
    return origin === 'string' ? t('common.fault.tooLong', { limit }) : t('common.fault.tooBig', { limit });
  },
  invalid_format: ({ format }) => (format === 'url' ? t('common.fault.url') : undefined),
  invalid_value: () => t('common.fault.choose'),
};

function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
