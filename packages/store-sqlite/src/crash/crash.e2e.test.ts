/**
 * Kills that are real: a child process under load dies by SIGKILL at a random instant, again and again on the same file.
 * What was acknowledged must arrive, in order, under ids that never mean two things. `BATCHFEED_KILLS` sets how often.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const KILLS = Number(process.env.BATCHFEED_KILLS ?? 20);
const TERMS = Math.ceil(KILLS / 4);
const CHILD = join(import.meta.dirname, 'child.ts');

interface Content {
  readonly subject: number;
  readonly round: number;
  readonly sequence: number;
  readonly type: string;
}

/** Everything that reached the other side. */
class Partner {
  readonly bodies = new Map<string, string>();
  readonly firstBy = new Map<string, Content[]>();
  readonly seen = new Set<string>();
  readonly faults: string[] = [];
  /** Ids refused the first time they came; a replay is let in. */
  readonly #refused = new Set<string>();
  replaying = false;
  #count = 0;
  readonly server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const status = this.#take(
      String(request.headers['idempotency-key']),
      decodeURIComponent(String(request.headers['x-key'])),
      body,
    );
    response.writeHead(status).end();
  });

  #take(id: string, key: string, body: string): number {
    const before = this.bodies.get(id);
    if (before !== undefined && before !== body) this.faults.push(`Batch ${id} came with two bodies.`);
    this.bodies.set(id, body);
    const lines = JSON.parse(body) as Content[];
    if (lines.length > 7 || Buffer.byteLength(body) > 600) this.faults.push(`Batch ${id} is over a limit.`);
    if (this.#refused.has(id) && !this.replaying) return 400;
    this.#count += 1;
    if (this.#count % 7 === 0) return 503;
    if (this.#count % 61 === 0 && !this.replaying) {
      this.#refused.add(id);
      return 400;
    }
    for (const line of lines) {
      const name = JSON.stringify(line);
      if (this.seen.has(name)) continue;
      this.seen.add(name);
      if (this.replaying) continue;
      for (const group of [`key ${key} subject ${line.subject}`, `subject ${line.subject}`]) {
        this.firstBy.set(group, [...(this.firstBy.get(group) ?? []), line]);
      }
    }
    return 200;
  }
}

let folder: string;
let url: string;
const partner = new Partner();
const acknowledged = new Set<string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-sqlite-crash-'));
  await new Promise<void>((resolve) => partner.server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(partner.server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  partner.server.close();
  partner.server.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the child; calls back with each line it says; resolves with its exit. */
function run(
  round: number,
  mode: 'load' | 'finish',
  hear: (child: ChildProcess, said: Record<string, unknown>) => void,
): Promise<number | string | null> {
  const child = spawn(process.execPath, [CHILD, join(folder, 'lines.db'), url, String(round), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    // A line that a kill cut short was never said.
    if (line.endsWith('}')) hear(child, JSON.parse(line) as Record<string, unknown>);
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
}

function endAfterSomeWork(signal: 'SIGKILL' | 'SIGTERM') {
  return (child: ChildProcess, said: Record<string, unknown>) => {
    if (said.ready === true) setTimeout(() => child.kill(signal), 10 + Math.random() * 250);
    if (Array.isArray(said.acks)) for (const content of said.acks as string[]) acknowledged.add(content);
  };
}

describe('an engine on a store file that is killed under load', () => {
  it(`survives ${KILLS} times SIGKILL`, { timeout: KILLS * 5000 }, async () => {
    for (let round = 1; round <= KILLS; round += 1)
      expect(await run(round, 'load', endAfterSomeWork('SIGKILL'))).toBe('SIGKILL');
    expect(acknowledged.size).toBeGreaterThan(KILLS * 5);
  });

  it(`drains and exits with 0 at ${TERMS} times SIGTERM`, { timeout: TERMS * 5000 + 10_000 }, async () => {
    for (let round = KILLS + 1; round <= KILLS + TERMS; round += 1)
      expect(await run(round, 'load', endAfterSomeWork('SIGTERM'))).toBe(0);
  });

  it('has then delivered every acknowledged line, in order, under stable ids', { timeout: 120_000 }, async () => {
    let ledger: Record<string, number> = {};
    let faults: unknown;
    const code = await run(0, 'finish', (_child, said) => {
      if (Array.isArray(said.dead)) partner.replaying = true;
      if (said.ledger !== undefined) ({ ledger, faults } = said as { ledger: Record<string, number>; faults: unknown });
    });
    expect(code).toBe(0);
    expect(faults).toEqual([]);
    expect(partner.faults).toEqual([]);
    expect([...acknowledged].filter((content) => !partner.seen.has(content))).toEqual([]);
    expect(ledger).toMatchObject({ waiting: 0, open: 0, sealed: 0, inFlight: 0, dead: 0, delivered: ledger.accepted });
    for (const contents of partner.firstBy.values()) {
      const places = contents.map(({ round, sequence }) => round * 1e9 + sequence);
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }
  });
});
