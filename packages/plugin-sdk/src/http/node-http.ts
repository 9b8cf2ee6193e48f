import type { Agent as HttpAgent } from 'node:http';

/**
 * `node:http`, fetched instead of imported: importing it as an ES module evaluates its every export, and two of those
 * load the whole of Node's fetch, which costs a starting plugin a third of its time and 12 MB it never uses.
 */
const http = process.getBuiltinModule('node:http');

export type Agent = HttpAgent;
export const Agent = http.Agent;
export const { createServer, request } = http;
