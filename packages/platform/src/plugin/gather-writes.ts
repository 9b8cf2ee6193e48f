import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/**
 * Has the sockets of a connector write what was written to them in one turn all at once: several calls on one connection cost one call of
 * the system instead of one each.
 */
export function gatherWrites(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...result: Parameters<buildConnector.Callback>) => {
      const [error, socket] = result;
      if (error === null) gather(socket);
      callback(...result);
    });
}

/** undici corks a socket around each request. The first cork of a turn gets another one around it, which stays until the turn is over. */
function gather(socket: Socket): void {
  const cork = socket.cork.bind(socket);
  const uncork = socket.uncork.bind(socket);
  let gathering = false;
  const flush = () => {
    gathering = false;
    uncork();
  };
  socket.cork = () => {
    if (!gathering) {
      gathering = true;
      cork();
      process.nextTick(flush);
    }
    cork();
  };
}
