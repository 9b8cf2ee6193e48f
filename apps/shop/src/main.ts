import { readConfig } from './config.ts';
import { buildShop } from './server.ts';

const start = async () => {
  const { host, port, ...options } = readConfig(process.argv, process.env);
  const server = await buildShop(options);
  const stop = () => {
    // A second signal does not wait.
    process.once('SIGINT', () => process.exit(1)).once('SIGTERM', () => process.exit(1));
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  // Before it says that it listens: whoever reads that may send a signal at once.
  process.once('SIGTERM', stop).once('SIGINT', stop);
  try {
    const url = await server.listen({ host, port });
    process.stdout.write(`${JSON.stringify({ event: 'listening', url })}\n`);
  } catch (error) {
    await server.close();
    throw error;
  }
};

const why = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' ? 'The port is taken: choose another one with --port, or 0 for a free one.' : message;
};

start().catch((error: unknown) => {
  process.stderr.write(`${why(error)}\n`);
  process.exitCode = 1;
});
