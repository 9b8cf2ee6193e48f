/** The two forms of an answer. */
export type AnswerFormat = 'json' | 'xml';

const formats: Record<string, AnswerFormat> = {
  'application/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
};

/**
 * The form the caller asks for: XML unless `Accept` names JSON, and prefers it (by `q`, then by order) to XML.
 * A wildcard asks for nothing in particular, so it means XML.
 */
export const answerFormat = (accept: string | undefined): AnswerFormat => {
  let best: { format: AnswerFormat; quality: number } = { format: 'xml', quality: 0 };
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((text) => text.trim().toLowerCase());
    const format = formats[type];
    if (format === undefined) continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    if (quality > best.quality) best = { format, quality };
  }
  return best.format;
};
