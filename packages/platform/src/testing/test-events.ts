import { request } from 'node:http';

interface ServerEvent {
  readonly event: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: what an event holds is what the test is about
  readonly data: any;
}

/** A reader of server-sent events. */
export interface TestEvents {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly events: ServerEvent[];
  /** Everything that came, comments too. */
  text: string;
  isOver: boolean;
  of(name: string): ServerEvent[];
  /** Waits for an event that is as wanted. */
  until(name: string, wanted: (data: ServerEvent['data']) => boolean): Promise<ServerEvent>;
  /** Takes nothing more from the connection, until told to go on. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Opens a stream with these headers, over bare node:http, so that a test can also read slowly or not at all. */
export function testEvents(url: string, headers: Record<string, string>): Promise<TestEvents> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers, agent: false }, (response) => {
      const self: TestEvents = {
        status: response.statusCode ?? 0,
        headers: response.headers,
        events: [],
        text: '',
        isOver: false,
        of: (name) => self.events.filter(({ event }) => event === name),
        async until(name, wanted) {
          for (const deadline = Date.now() + 10_000; ; await new Promise((next) => setTimeout(next, 10))) {
            const found = self.of(name).find(({ data }) => wanted(data));
            if (found !== undefined) return found;
            if (Date.now() > deadline) throw new Error(`No such ${name} came: ${self.text.slice(-2_000)}`);
          }
        },
        pause: () => response.pause(),
        resume: () => response.resume(),
        close: () => call.destroy(),
      };
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        self.text += chunk;
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)));
          if (fields.event) self.events.push({ event: fields.event, id: fields.id, data: JSON.parse(fields.data) });
        }
      });
      response.on('close', () => {
        self.isOver = true;
      });
      response.on('error', () => {});
      resolve(self);
    });
    call.on('error', reject);
    call.end();
  });
}
