import type { FastifyRequest } from 'fastify';
import type { PartAnswer } from './dispatch.ts';
import { ShopBatchError } from './shop-batch-error.ts';

/**
 * One transaction for all requests of a batch, as far as the routes offer one: it is theirs to keep it apart from those
 * of other batches, and to let a route that outlives its deadline do nothing more.
 */
export interface BatchTransaction {
  /** Awaited before the first request starts. */
  begin: (envelope: FastifyRequest) => void | Promise<void>;
  /** Awaited when every request succeeded, before the answer goes out; if it throws, nothing was done. */
  commit: (envelope: FastifyRequest) => void | Promise<void>;
  /** Awaited when one did not: undoes all of them. */
  rollback: (envelope: FastifyRequest) => void | Promise<void>;
}

const isFailure = ({ statusCode }: PartAnswer): boolean => statusCode >= 400;

const undone = (failed: number): PartAnswer => {
  const { status, body } = new ShopBatchError('undone', `Request ${failed} failed.`);
  return { statusCode: status, body };
};

/** Runs the requests in the transaction. After a failure every answer that said "done" is 503: it is not, any more. */
export const allOrNothing = async (
  { begin, commit, rollback }: BatchTransaction,
  envelope: FastifyRequest,
  run: () => Promise<PartAnswer[]>,
): Promise<PartAnswer[]> => {
  await begin(envelope);
  let answers: PartAnswer[];
  try {
    answers = await run();
  } catch (error) {
    await rollback(envelope);
    throw error;
  }
  const failed = answers.findIndex(isFailure);
  if (failed < 0) {
    await commit(envelope);
    return answers;
  }
  await rollback(envelope);
  return answers.map((answer) => (isFailure(answer) ? answer : undone(failed)));
};
