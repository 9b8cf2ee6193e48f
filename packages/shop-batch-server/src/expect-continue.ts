import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Requests whose sender waits for leave to send the body, and has not got it. */
const waiting = new WeakSet<object>();

/** Whether the sender of this request still waits for leave to send its body, so that there is nothing to read. */
export const isBodyHeldBack = (request: object): boolean => waiting.has(request);

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const answerLater: Listener = (request, response) => {
  waiting.add(request);
  const { _read } = request;
  request._read = function (size) {
    request._read = _read;
    waiting.delete(request);
    // Once an answer is on its way it is the answer, and the body is not wanted any more.
    if (!response.headersSent) response.writeContinue();
    _read.call(this, size);
  };
};

/**
 * Lets a server refuse a request before its body is sent: `100 Continue` goes out when the body is read for the first
 * time, not (as Node has it) when the headers arrive. A listener of the application's own takes precedence.
 */
export const continueWhenRead = (server: Server): void => {
  if (server.listenerCount('checkContinue') > 0) return;
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    answerLater(request, response);
    server.emit('request', request, response);
  });
};
