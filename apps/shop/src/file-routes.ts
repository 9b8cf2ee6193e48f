import { ShopBatchError, sendAnswer } from '@batchfeed/shop-batch-server';
import type Database from 'better-sqlite3';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CommitGroup } from './commit-group.ts';
import { dataOf } from './request-data.ts';

const types: ReadonlySet<unknown> = new Set(['image', 'download']);
// The documented characters, in folders of the same; so no way up, and nothing that has to be encoded.
const documentedPath = /^[\w()-][\w()./-]*$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

interface FileKey {
  type: string;
  filePath: string;
}

const wrong = (why: string) => new ShopBatchError('wrongData', why);

const fileKey = ({ type, filePath }: Record<string, unknown>): FileKey => {
  const missing = Object.entries({ type, filePath }).filter(([, value]) => value === undefined || value === '');
  if (missing.length > 0) throw new ShopBatchError('requiredFields', missing.map(([name]) => name).join(', '));
  if (typeof type !== 'string' || !types.has(type)) throw wrong('type: expected image or download.');
  const isPath = typeof filePath === 'string' && filePath.length <= 255 && documentedPath.test(filePath);
  if (!isPath || filePath.includes('..') || filePath.includes('//') || filePath.endsWith('/')) {
    throw wrong('filePath: expected a relative path of English letters, digits and ().,_-');
  }
  return { type, filePath };
};

const queryKey = (request: FastifyRequest): FileKey => {
  const query = request.query as Record<string, unknown>;
  const unknown = Object.keys(query).find((name) => name !== 'type' && name !== 'filePath');
  if (unknown !== undefined) throw new ShopBatchError('unknownParameter', unknown);
  return fileKey(query);
};

/** What a caller needs for each method; see section 3 of the protocol. */
export const fileScope = 'store.file';

/** `files`: one file by type and path, not by id, and no collection (so it is no row of the tables). */
export const fileRoutes = (server: FastifyInstance, database: Database.Database, commits: CommitGroup): void => {
  database.exec(`CREATE TABLE IF NOT EXISTS files (
    type TEXT NOT NULL, filePath TEXT NOT NULL, attachment TEXT NOT NULL, PRIMARY KEY (type, filePath)) WITHOUT ROWID`);
  const select = database.prepare<FileKey>('SELECT * FROM files WHERE type = :type AND filePath = :filePath');
  const put = database.prepare<FileKey & { attachment: string }>(
    'INSERT INTO files VALUES (:type, :filePath, :attachment) ON CONFLICT DO UPDATE SET attachment = excluded.attachment',
  );
  const remove = database.prepare<FileKey>('DELETE FROM files WHERE type = :type AND filePath = :filePath');
  const needs = (access: 'read' | 'write') => ({ config: { scope: `${fileScope}:${access}` } });
  const nothing = (reply: FastifyReply) => reply.code(204).send();

  server.get('/files', needs('read'), (request, reply) => {
    const file = select.get(queryKey(request));
    if (file === undefined) throw new ShopBatchError('notFound');
    return sendAnswer(request, reply, 200, file);
  });
  server.post('/files', needs('write'), (request, reply) => {
    const { attachment, ...rest } = dataOf(request);
    const key = fileKey(rest);
    const unknown = Object.keys(rest).find((name) => !(name in key));
    if (unknown !== undefined) throw wrong(`files has no property ${JSON.stringify(unknown.slice(0, 80))}.`);
    if (typeof attachment !== 'string' || attachment === '') throw new ShopBatchError('requiredFields', 'attachment');
    if (!base64.test(attachment)) throw wrong('attachment: expected base64.');
    commits.write(() => put.run({ ...key, attachment }));
    return nothing(reply);
  });
  server.delete('/files', needs('write'), (request, reply) => {
    const key = queryKey(request);
    if (commits.write(() => remove.run(key)).changes === 0) throw new ShopBatchError('notFound');
    return nothing(reply);
  });
};
