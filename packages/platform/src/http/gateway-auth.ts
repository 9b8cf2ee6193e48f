import type { FastifyReply, FastifyRequest } from 'fastify';
import type { WorkerCredentialsRegister } from '../config/worker-credentials.ts';
import type { FailureLimit } from './failure-limit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The plugin version whose worker makes the request. Set on gateway routes only. */
    pluginVersionId: string;
  }
}

/** Lets requests with a worker's credentials pass (HTTP Basic), and notes whose they are. */
export function gatewayAuth(register: WorkerCredentialsRegister, failures: FailureLimit) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const [workerId, token] = readBasic(request.headers.authorization ?? '');
    const versionId = register.versionOf(workerId, token);
    if (versionId === undefined) {
      throw failures.failed(request, reply, 'The worker id or the authentication token is not valid.');
    }
    request.pluginVersionId = versionId;
  };
}

function readBasic(header: string): [workerId: string, token: string] {
  const text = Buffer.from(header.replace(/^basic\s+/i, ''), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? ['', ''] : [text.slice(0, colon), text.slice(colon + 1)];
}
