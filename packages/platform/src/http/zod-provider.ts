import type { FastifySchemaCompiler, FastifyTypeProvider } from 'fastify';
import type { z } from 'zod';
import { PlatformError } from '../platform-error.ts';

/** Gives route handlers the types of their zod schemas. */
export interface ZodTypeProvider extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  serializer: this['schema'] extends z.ZodType ? z.input<this['schema']> : unknown;
}

const PARTS: Readonly<Record<string, string>> = {
  querystring: 'query parameter ',
  params: 'path parameter ',
  body: '',
};

/** Validates bodies, queries and parameters with zod, and says which field is wrong, never what it held. */
export const zodValidatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const part = PARTS[httpPart ?? ''] ?? '';
  return (data) => {
    const parsed = schema.safeParse(data);
    return parsed.success
      ? { value: parsed.data }
      : { error: new PlatformError('INVALID', describe(parsed.error, part)) };
  };
};

/** Answers are built by typed code from validated data; the schema of a response is there for the documentation. */
export const jsonSerializerCompiler = () => (data: unknown) => JSON.stringify(data);

function describe(error: z.ZodError, part: string): string {
  const [issue, ...others] = error.issues;
  const path = (issue?.path ?? []).reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`,
    '',
  );
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const message = issue?.message ?? 'is not valid';
  // Our own messages go on with the sentence; zod's begin one.
  const joint = path === '' && /^[a-z]/.test(message) ? ' ' : ': ';
  const where = path === '' ? part.trim() || 'The request body' : `${part}${path}`;
  return `${where}${joint}${message}${more}`;
}
