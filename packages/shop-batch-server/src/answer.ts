import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AnswerFormat, answerFormat } from './accept.ts';
import type { ShopBatchError } from './shop-batch-error.ts';
import { toXml } from './xml.ts';

// Bare types: the official PHP client knows exactly these, and both mean UTF-8.
const writers: Record<AnswerFormat, { type: string; write: (tree: unknown) => string }> = {
  json: { type: 'application/json', write: (tree) => JSON.stringify(tree ?? {}) },
  xml: { type: 'application/xml', write: toXml },
};

/**
 * Sends a tree as JSON or XML, whichever the request's `Accept` asks for (XML unless it asks for JSON).
 * Usable by the routes behind the batch endpoint too, so that single and batched answers look alike.
 */
export const sendAnswer = (
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  tree: unknown,
): FastifyReply => {
  const { type, write } = writers[answerFormat(request.headers.accept)];
  // A Buffer, because Fastify appends a charset to the type of a string.
  return reply
    .code(status)
    .header('content-type', type)
    .header('vary', 'accept')
    .send(Buffer.from(write(tree)));
};

/** Sends a refusal in the shape of the answers: `{error?, message}` or the same as XML. */
export const sendError = (request: FastifyRequest, reply: FastifyReply, error: ShopBatchError): FastifyReply =>
  sendAnswer(request, reply, error.status, error.body);
