import { parentPort } from 'node:worker_threads';

/** Calls by name: what each takes and gives. */
export type CallsOf<Calls> = { readonly [Name in keyof Calls]: { takes: unknown; gives: unknown } };

export type ThreadHandlers<Calls extends CallsOf<Calls>> = {
  readonly [Name in keyof Calls]: (args: Calls[Name]['takes']) => Calls[Name]['gives'] | Promise<Calls[Name]['gives']>;
};

interface ThreadRequest {
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
}

export type ThreadAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string | undefined; readonly message: string } };

/** The other end of `ThreadClient`: answers calls one after the other, but for handlers that wait, which let others pass. */
export function serveCalls<Calls extends CallsOf<Calls>>(handlers: ThreadHandlers<Calls>): void {
  const handle = async ({ id, name, args }: ThreadRequest): Promise<ThreadAnswer> => {
    try {
      const given = handlers[name as keyof Calls](args as never);
      return { id, result: given instanceof Promise ? await given : given };
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      return { id, error: { code, message } };
    }
  };
  parentPort?.on('message', (request: ThreadRequest) => {
    void handle(request).then((answer) => parentPort?.postMessage(answer));
  });
}
