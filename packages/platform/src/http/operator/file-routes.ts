import { fileResourceSchema, listWrapperSchema, resourceWrapperSchema, wholeListQuerySchema } from '@batchfeed/schemas';
import { z } from 'zod';
import { found } from '../../platform-error.ts';
import { bytesOf, FILE_BODY, sendBytes, takeBytes } from '../binary-bodies.ts';
import { ifMatchHeaders } from '../etags.ts';
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
export function fileRoutes(app: RouteApp, { configuration, etags, now }: Services): void {
  takeBytes(app);
  const { files } = configuration;

  app.get(
    FILES,
    { schema: { params, querystring: wholeListQuerySchema, response: { 200: listWrapperSchema(fileResourceSchema) } } },
    async ({ params, query }) => wholeList(files.listConfiguration(findVersion(configuration, params).id), query),
  );
  app.get(
    FILE,
    { schema: { params: fileParams } },
    async ({ params: { technical_name: name, ...ofVersion } }, reply) => {
      const { id } = findVersion(configuration, ofVersion);
      const content = found(files.configuration(id, name), describe(name));
      reply.header('etag', etags.of(files.configurationFile(id, name) ?? {}));
      return sendBytes(reply as never, content);
    },
  );
  app.put(
    FILE,
    { ...FILE_BODY, schema: { params: fileParams, headers: ifMatchHeaders, response: file } },
    async (request) => {
      const { technical_name: name, ...ofVersion } = request.params;
      const { id } = findVersion(configuration, ofVersion);
      etags.mustMatch(request, files.configurationFile(id, name) ?? {});
      return ok(files.putConfiguration(id, name, bytesOf(request.body), now()));
    },
  );
  app.delete(FILE, { schema: { params: fileParams, headers: ifMatchHeaders } }, async (request) => {
    const { technical_name: name, ...ofVersion } = request.params;
    const { id } = findVersion(configuration, ofVersion);
    etags.mustMatch(request, found(files.configurationFile(id, name), describe(name)));
    files.deleteConfiguration(id, name);
    return ok({});
  });

  app.get(DATA, { schema: { querystring: dataQuery } }, async ({ query: { uri } }, reply) => {
    const content = found(files.data(uri), `data file ${uri}`);
    reply.header('etag', etags.of(files.dataFile(uri) ?? {}));
    return sendBytes(reply as never, content);
  });
  app.put(
    DATA,
    { ...FILE_BODY, schema: { querystring: dataQuery, headers: ifMatchHeaders, response: file } },
    async (request) => {
      const { uri } = request.query;
      etags.mustMatch(request, files.dataFile(uri) ?? {});
      return ok(files.putData(uri, bytesOf(request.body), now()));
    },
  );
}

function describe(name: string): string {
  return `configuration file ${name} of this version`;
}
