import type { BatchTransaction } from '@batchfeed/shop-batch-server';
import type { FastifyInstance } from 'fastify';
import type { CommitGroup } from './commit-group.ts';

/**
 * One transaction for all requests of a batch. There is one connection to the database, so while a batch has its
 * transaction every other call waits: it would otherwise see, or become part of, what may yet be undone.
 */
export const batchTransaction = (server: FastifyInstance, commits: CommitGroup): BatchTransaction => {
  let end = () => {};
  /** Pending as long as a batch has its transaction. */
  let busy: Promise<void> | undefined;

  const take = async () => {
    while (busy !== undefined) await busy;
    busy = new Promise((resolve) => {
      end = () => {
        busy = undefined;
        resolve();
      };
    });
  };

  // Handlers are synchronous and follow at once: a batch cannot begin between this look and what the handler does.
  server.addHook('preHandler', (request, _reply, done) => {
    const pass = (): void => void (busy === undefined ? done() : busy.then(pass));
    if (request.batchPart === undefined) pass();
    else done();
  });

  return {
    begin: async () => {
      await take();
      try {
        await commits.begin();
      } catch (error) {
        end();
        throw error;
      }
    },
    commit: () => {
      try {
        commits.commit();
      } finally {
        end();
      }
    },
    rollback: () => {
      try {
        commits.rollback();
      } finally {
        end();
      }
    },
  };
};
