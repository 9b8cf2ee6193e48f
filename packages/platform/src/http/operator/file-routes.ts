import { fileResourceSchema, listWrapperSchema, resourceWrapperSchema } from '@batchfeed/schemas';
import { z } from 'zod';
import { found, PlatformError } from '../../platform-error.ts';
import { bytesOf, FILE_BODY, sendBytes, takeBytes } from '../binary-bodies.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok, wholeList } from '../wrappers.ts';
import { findVersion, versionParams } from './find-version.ts';

const FILES = '/plugins/:plugin_id/versions/:version_id/configuration_files';
const FILE = `${FILES}/technical_name=:technical_name`;
const DATA = '/data_files/data';
const params = z.object(versionParams);
const fileParams = params.extend({ technical_name: z.string().min(1).max(255) });
const dataQuery = z.object({ uri: z.string().min(1).max(2_048) });
const file = { 200: resourceWrapperSchema(fileResourceSchema) };

/** Files that plugins read at the gateway: a version's configuration files, and data files by their URI. */
export function fileRoutes(app: RouteApp, { configuration, now }: Services): void {
  takeBytes(app);
  const { files } = configuration;

  app.get(FILES, { schema: { params, response: { 200: listWrapperSchema(fileResourceSchema) } } }, async ({ params }) =>
    wholeList(files.listConfiguration(findVersion(configuration, params).id)),
  );
  app.get(FILE, { schema: { params: fileParams } }, async ({ params }, reply) => {
    const content = files.configuration(findVersion(configuration, params).id, params.technical_name);
    return sendBytes(reply as never, found(content, `configuration file ${params.technical_name} of this version`));
  });
  app.put(FILE, { ...FILE_BODY, schema: { params: fileParams, response: file } }, async ({ params, body }) =>
    ok(files.putConfiguration(findVersion(configuration, params).id, params.technical_name, bytesOf(body), now())),
  );
  app.delete(FILE, { schema: { params: fileParams } }, async ({ params }) => {
    if (!files.deleteConfiguration(findVersion(configuration, params).id, params.technical_name)) {
      throw new PlatformError('NOT_FOUND', `There is no configuration file ${params.technical_name} of this version.`);
    }
    return ok({});
  });

  app.get(DATA, { schema: { querystring: dataQuery } }, async ({ query }, reply) =>
    sendBytes(reply as never, found(files.data(query.uri), `data file ${query.uri}`)),
  );
  app.put(DATA, { ...FILE_BODY, schema: { querystring: dataQuery, response: file } }, async ({ query, body }) =>
    ok(files.putData(query.uri, bytesOf(body), now())),
  );
}
