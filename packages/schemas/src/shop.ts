import { z } from 'zod';

/**
 * The shop's batch endpoint on the wire: `POST {API}/batch`, its answer, its error bodies and its limits.
 * Writing is strict (one shape, arrays, numbers); reading is tolerant of every variant the documentation shows.
 * Reading an XML tree is the client's matter: once turned into objects it goes through the same schemas.
 */

/** The limits of the endpoint. Bytes are those of the request body as sent. */
export const shopLimits = {
  /** Documented recommendation: no more requests than this in one batch. */
  recommendedRequestsPerBatch: 200,
  /** What this project's server accepts at most unless told otherwise. */
  maxRequestsPerBatch: 1_000,
  /** `max_post_size`, 32 MB. More is answered 400/40013, never 413. */
  maxPostBytes: 33_554_432,
  /** Items on one page of a collection. */
  maxCollectionLimit: 200,
  /** Requests per second of one application at one shop; more is answered 429. */
  requestsPerSecond: 3,
} as const;

/** The methods a batch may carry. */
export const shopMethods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
export const shopMethodSchema = z.enum(shopMethods);
export type ShopMethod = z.infer<typeof shopMethodSchema>;

/** Every documented refusal: HTTP status, inner code and text (`{limit}` stands for a number of bytes). */
export const shopErrors = {
  dataMissing: { status: 400, code: 40001, message: 'Data parameter not found in POST/PUT!' },
  readOnlyFields: { status: 400, code: 40002, message: 'Readonly fields cannot be written!' },
  requiredFields: { status: 400, code: 40003, message: 'Required fields are missing!' },
  wrongData: { status: 400, code: 40005, message: 'Wrong data!' },
  wrongId: { status: 400, code: 40007, message: 'Wrong id or unknown outer id!' },
  pageOutOfRange: { status: 400, code: 40008, message: 'Page is out of range!' },
  unknownParameter: { status: 400, code: 40010, message: 'Unknown parameter!' },
  postTooLarge: { status: 400, code: 40013, message: 'POST content length exceeds the limit of {limit} bytes.' },
  postEmpty: {
    status: 400,
    code: 40014,
    message: 'POST is either empty or content length exceeds the limit of {limit} bytes.',
  },
  noPermission: { status: 401, code: 40101, message: 'You have no permission for this operation!' },
  notFound: { status: 404, code: 40401, message: 'Resource not found!' },
  resourceExists: { status: 409, code: 40901, message: 'Resource exists!' },
} as const satisfies Record<string, { status: number; code: number; message: string }>;
export type ShopErrorName = keyof typeof shopErrors;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectSchema = z.custom<Record<string, unknown>>(isObject, 'expected an object');

/** One request of a batch. `data` belongs to POST and PUT; `uri` is absolute or starts with `/`. */
export const batchRequestPartSchema = z.object({
  method: shopMethodSchema,
  uri: z.string().min(1),
  data: objectSchema.optional(),
});
export type BatchRequestPart = z.infer<typeof batchRequestPartSchema>;

/** The body of `POST /batch`. */
export const batchRequestSchema = z.object({
  data: z.object({ requests: z.array(batchRequestPartSchema).min(1) }),
});
export type BatchRequest = z.infer<typeof batchRequestSchema>;

/** What a non-batch POST or PUT carries: the fields, wrapped in `data`. */
export const resourceRequestSchema = z.object({ data: objectSchema });
export type ResourceRequest = z.infer<typeof resourceRequestSchema>;

/** True for every documented way of saying "nothing": absent, `null`, `""`, `[]`, `{}`. */
export const isEmptyBody = (body: unknown): boolean =>
  body === undefined ||
  body === null ||
  (typeof body === 'string' && body.trim() === '') ||
  (Array.isArray(body) && body.length === 0) ||
  (isObject(body) && Object.keys(body).length === 0);

/** A status code as number, or as string (with the white space that XML puts round it). */
export const statusCodeSchema = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\s*\d{3}\s*$/)
      .transform(Number),
  ])
  .pipe(z.number().int().min(100).max(599));

/** One part of an answer as read: `statusCode` is a number, an empty `body` is `null`. */
export const batchAnswerPartSchema = z.object({
  method: z.string().transform((method) => method.trim()),
  uri: z.string().transform((uri) => uri.trim()),
  response: z.object({
    header: z.object({ statusCode: statusCodeSchema }),
    // A part without one is a part with an empty one.
    body: z
      .unknown()
      .optional()
      .transform((body) => (isEmptyBody(body) ? null : body)),
  }),
});
export type BatchAnswerPart = z.infer<typeof batchAnswerPartSchema>;

/**
 * An answer as read, up to its parts: `request` is always a list (a lone object is a list of one, an empty value an
 * empty list). Parts stay `unknown`, so that one malformed part is the failure of one row and not of the batch:
 * read each with {@link batchAnswerPartSchema}.
 */
export const batchAnswerSchema = z.object({
  requests: z.union([
    z.object({
      request: z.unknown().transform((request): unknown[] => {
        if (Array.isArray(request)) return request;
        return isEmptyBody(request) ? [] : [request];
      }),
    }),
    // A batch without parts: `<requests/>`, `""`, `[]`, null.
    z
      .unknown()
      .refine(isEmptyBody, 'expected {request: […]}')
      .transform(() => ({ request: [] as unknown[] })),
  ]),
});
export type BatchAnswerEnvelope = z.infer<typeof batchAnswerSchema>;

/** An answer as this project writes it: always a list, `statusCode` a number, an empty body `{}`. */
export interface BatchAnswer {
  requests: {
    request: {
      method: string;
      uri: string;
      response: { header: { statusCode: number }; body: unknown };
    }[];
  };
}

/** An error body as this project writes it: the inner code in `error`, beside the documented `message`. */
export interface ShopErrorBody {
  error?: number;
  message: string;
}

/** Single resources and errors appear bare and, in places, wrapped in `{"response": …}`: returns what is inside. */
export const unwrapResponse = (body: unknown): unknown =>
  isObject(body) && 'response' in body && Object.keys(body).length === 1 ? body.response : body;

const codeOf = (value: unknown): number | undefined => {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value).trim();
  return /^[1-5]\d{4}$/.test(text) ? Number(text) : undefined;
};

// `{limit}` differs from shop to shop, so texts are compared up to it.
const codesByText: [text: string, code: number][] = Object.values(shopErrors).map(({ message, code }) => [
  message.split('{limit}')[0]!,
  code,
]);

/**
 * Reads an error body of any documented shape. The inner code's key is not documented: `error`, `code` and `innerCode`
 * are tried in that order, then the text. Both fields are `undefined` when the body says nothing.
 */
export const readShopError = (body: unknown): { code: number | undefined; message: string | undefined } => {
  const inner = unwrapResponse(body);
  const fields = isObject(inner) ? inner : {};
  const text = typeof inner === 'string' ? inner : fields.message;
  const message = typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
  const code =
    codeOf(fields.error) ??
    codeOf(fields.code) ??
    codeOf(fields.innerCode) ??
    codesByText.find(([known]) => message?.startsWith(known))?.[1];
  return { code, message };
};
