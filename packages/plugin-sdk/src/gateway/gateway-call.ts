import { deadline } from '../deadline.ts';
import { PluginSdkError, ResourceNotFoundError } from '../plugin-sdk-error.ts';
import { ConnectionError } from './http-transport.ts';
import { isStatusCodeError, type Transport, type TransportOptions } from './transport.ts';

/**
 * One call through the transport, bounded in time, its failures told in words that name the route but neither the
 * host, nor a credential, nor what the other side answered.
 */
export const gatewayCall = async <T>(
  transport: Transport,
  options: TransportOptions,
  timeoutMs: number,
): Promise<T> => {
  const target = `${options.method} ${pathOf(options.uri)}`;
  const controller = new AbortController();
  const timedOut = () => {
    const error = new PluginSdkError('gateway_timeout', `${target} did not answer within ${timeoutMs} ms.`);
    controller.abort(error);
    return error;
  };
  try {
    const call = { ...options, timeout: timeoutMs, signal: controller.signal };
    return await deadline<T>(() => transport(call), timeoutMs, timedOut);
  } catch (error) {
    throw explain(error, target, timeoutMs);
  }
};

const pathOf = (uri: string): string => {
  try {
    return new URL(uri).pathname;
  } catch {
    return uri;
  }
};

const timeoutCodes = new Set(['ETIMEDOUT', 'ABORT_ERR']);

const explain = (error: unknown, target: string, timeoutMs: number): unknown => {
  if (isStatusCodeError(error)) {
    const { statusCode } = error.response;
    if (statusCode === 404) return new ResourceNotFoundError(`${target} found nothing (404).`);
    return new PluginSdkError('gateway_refused', `${target} was answered ${statusCode}.`);
  }
  // What another transport throws is its author's.
  if (!(error instanceof ConnectionError)) return error;
  const { code } = error;
  if (code !== undefined && timeoutCodes.has(code)) {
    return new PluginSdkError('gateway_timeout', `${target} did not answer within ${timeoutMs} ms.`);
  }
  return new PluginSdkError('gateway_unreachable', `${target} could not be sent: ${code ?? 'no connection'}.`);
};
