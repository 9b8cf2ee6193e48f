/**
 * Preloaded into every server that a run starts: when the run is gone, even by SIGKILL, the server is told to stop.
 * The servers live in process groups of their own, so that a Ctrl-C on the terminal reaches the run alone, which then
 * stops them in the right order; nothing else would end them with it.
 */
const owner = process.ppid;
setInterval(() => {
  if (process.ppid !== owner) process.kill(process.pid, 'SIGTERM');
}, 500).unref();
