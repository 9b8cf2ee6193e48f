import { Busboy } from '@fastify/busboy';
import { type FormField, parseBracketedKeys } from './bracketed-keys.ts';
import { parseSafeJson } from './safe-json.ts';
import { ShopBatchError } from './shop-batch-error.ts';

/** Bounds of turning a body into a tree. */
export interface ParseLimits {
  /** Levels of nesting. */
  maxDepth: number;
  /** Form fields in one body. */
  maxFields: number;
}

type BodyParser = (body: Buffer, contentType: string, limits: ParseLimits) => unknown | Promise<unknown>;

const wrong = (why: string, cause?: unknown) => new ShopBatchError('wrongData', why, { cause });

const utf8 = new TextDecoder('utf-8', { fatal: true });
const decode = (body: Buffer): string => {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw wrong('The body is not valid UTF-8.', cause);
  }
};

const tooManyFields = (maxFields: number) => wrong(`The form has more than ${maxFields} fields.`);

const decodeFormText = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw wrong('The form has a malformed percent-encoding.', cause);
  }
};

const parseUrlEncoded: BodyParser = (body, _, { maxDepth, maxFields }) => {
  const pairs = decode(body).split('&', maxFields + 1);
  if (pairs.length > maxFields) throw tooManyFields(maxFields);
  const fields = pairs
    .filter((pair) => pair !== '')
    .map((pair): FormField => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? [decodeFormText(pair), '']
        : [decodeFormText(pair.slice(0, equals)), decodeFormText(pair.slice(equals + 1))];
    });
  return parseBracketedKeys(fields, maxDepth);
};

const maxFieldNameBytes = 2_048;

const parseMultipart: BodyParser = (body, contentType, { maxDepth, maxFields }) =>
  new Promise((resolve, reject) => {
    const fields: FormField[] = [];
    const fail = (error: unknown) =>
      reject(error instanceof ShopBatchError ? error : wrong('The multipart body is malformed.', error));
    try {
      const parser = new Busboy({
        headers: { 'content-type': contentType },
        // The body is in memory already, so a field may be as long as the body; a field cut short would be a silent loss.
        limits: {
          parts: maxFields,
          fields: maxFields,
          fieldSize: body.length,
          fieldNameSize: maxFieldNameBytes,
          headerPairs: 32,
        },
      });
      parser
        .on('field', (name, value, nameCut, valueCut) => {
          if (nameCut || valueCut) fail(wrong('A form field is too long.'));
          fields.push([name, value]);
        })
        .on('file', (_name, file) => {
          file.resume();
          fail(wrong('File parts are not accepted: send text parts.'));
        })
        .on('partsLimit', () => fail(tooManyFields(maxFields)))
        .on('fieldsLimit', () => fail(tooManyFields(maxFields)))
        .on('error', fail)
        .on('finish', () => {
          try {
            resolve(parseBracketedKeys(fields, maxDepth));
          } catch (error) {
            fail(error);
          }
        })
        .end(body);
    } catch (error) {
      fail(error);
    }
  });

const parsers: [type: RegExp, parse: BodyParser][] = [
  [/^application\/(?:[\w.+-]+\+)?json$/, (body, _, { maxDepth }) => parseSafeJson(decode(body), maxDepth)],
  [/^application\/x-www-form-urlencoded$/, parseUrlEncoded],
  [/^multipart\/form-data$/, parseMultipart],
];

/**
 * Turns a body into a tree of strings, lists and prototype-less objects, by its `Content-Type` (none means JSON).
 *
 * @throws {ShopBatchError} `wrongData` (400/40005)
 */
export const parseBody = async (
  body: Buffer,
  contentType: string | undefined,
  limits: ParseLimits,
): Promise<unknown> => {
  const type = (contentType ?? 'application/json').split(';', 1)[0]!.trim().toLowerCase();
  const parse = parsers.find(([pattern]) => pattern.test(type))?.[1];
  if (parse === undefined) {
    throw wrong('Content-Type must be application/json, multipart/form-data or application/x-www-form-urlencoded.');
  }
  return parse(body, contentType ?? type, limits);
};
