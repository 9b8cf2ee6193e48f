import { setTimeout as sleep } from 'node:timers/promises';
import { ShopBatchError } from '@batchfeed/shop-batch-server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { adminScope } from './access-hooks.ts';
import { type Answer, FaultQueue, faultOrderSchema, faults, type OrderedFault, readFaultHeader } from './faults.ts';

declare module 'fastify' {
  interface FastifyRequest {
    fault: OrderedFault | undefined;
  }
}

const isAdmin = (request: FastifyRequest) => request.url.startsWith('/admin/');

const faultOf = (request: FastifyRequest, queue: FaultQueue): OrderedFault | undefined => {
  const header = request.headers['x-shop-fault'];
  if (header === undefined) return queue.next();
  const fault = readFaultHeader(String(header));
  if (fault === undefined)
    throw new ShopBatchError('wrongData', `X-Shop-Fault: one of ${Object.keys(faults).join(', ')}`);
  return fault;
};

const changed = ({ kind, value }: OrderedFault, answer: Answer): Answer => {
  faults[kind].change(answer, value);
  return answer;
};

const sendInstead = (reply: FastifyReply, fault: OrderedFault) => {
  if (fault.kind === 'drop-before') {
    reply.hijack();
    reply.raw.destroy();
    return reply;
  }
  const headers = { 'content-type': 'application/json' };
  const { status, headers: all, body } = changed(fault, { status: 500, headers, body: Buffer.alloc(0) });
  return reply.code(status).headers(all).send(body);
};

/** Half of the answer, then nothing: the connection is gone. */
const dropHalfWay = async (reply: FastifyReply, body: Buffer) => {
  reply.hijack();
  reply.raw.writeHead(reply.statusCode, {
    'content-type': String(reply.getHeader('content-type')),
    'content-length': body.length,
  });
  reply.raw.write(body.subarray(0, Math.floor(body.length / 2)));
  // Long enough for the half to leave, so that the client sees an answer break off.
  await sleep(20);
  reply.raw.destroy();
};

const bytes = (payload: unknown) => (Buffer.isBuffer(payload) ? payload : Buffer.from(String(payload ?? '')));

const changeAnswer = async (fault: OrderedFault, reply: FastifyReply, payload: unknown): Promise<Buffer> => {
  const type = String(reply.getHeader('content-type') ?? '');
  const { status, headers, body } = changed(fault, {
    status: reply.statusCode,
    headers: { 'content-type': type },
    body: bytes(payload),
  });
  reply.code(status).headers(headers).removeHeader('content-length');
  return body;
};

/**
 * Fault injection: by the header `X-Shop-Fault`, or for the next requests by `POST /admin/faults`. Only whole calls are
 * touched, never single parts of a batch. Register it after authentication and after the hook that waits for the commit.
 */
export const faultHooks = (server: FastifyInstance): void => {
  const queue = new FaultQueue();
  server.decorateRequest('fault', undefined);

  server.addHook('onRequest', (request, reply, done) => {
    if (request.batchPart !== undefined || isAdmin(request)) return done();
    const fault = faultOf(request, queue);
    if (fault === undefined) return done();
    if (faults[fault.kind].when === 'instead') return void sendInstead(reply, fault);
    request.fault = fault;
    done();
  });

  const onSend = async (fault: OrderedFault, reply: FastifyReply, payload: unknown): Promise<Buffer> => {
    if (fault.kind === 'slow') await sleep(fault.value);
    if (fault.kind === 'drop') {
      await dropHalfWay(reply, bytes(payload));
      // Never resolves: there is no answer left to send.
      return new Promise(() => {});
    }
    return changeAnswer(fault, reply, payload);
  };
  server.addHook('onSend', (request, reply, payload, done) => {
    if (request.fault === undefined) return done(null, payload);
    onSend(request.fault, reply, payload).then((changed) => done(null, changed), done);
  });

  const forAdmin = { config: { scope: adminScope } };
  server.post('/admin/faults', forAdmin, (request, reply) => {
    const order = faultOrderSchema.safeParse(request.body);
    if (!order.success) throw new ShopBatchError('wrongData', order.error.issues[0]?.path.join('.'));
    queue.order(order.data);
    return reply.send({ pending: queue.pending });
  });
  server.get('/admin/faults', forAdmin, (_request, reply) => reply.send({ pending: queue.pending }));
  server.delete('/admin/faults', forAdmin, (_request, reply) => {
    queue.clear();
    return reply.send({ pending: queue.pending });
  });
};
