/** What each route of the plugins' gateway does. A test asks for one for every route. */
export const gatewayOperationNames: Readonly<Record<string, string>> = {
  'GET /v1/audience_segment_external_feeds/:feed_id': 'Read a feed of its own',
  'GET /v1/audience_segment_external_feeds/:feed_id/properties': 'List the properties of a feed of its own, in clear',
  'POST /v1/audience_segment_external_feeds/:feed_id/properties': 'Set a property of a feed of its own',
  'PUT /v1/audience_segment_external_feeds/:feed_id/properties/technical_name=:technical_name':
    'Set a property of a feed of its own, named in the address',
  'GET /v1/audience_segment_external_feeds/:feed_id/audience_segment': 'Read the segment of a feed of its own',
  'GET /v1/feed_destinations/:id/credentials': 'Read the credentials of a destination of its feeds, in clear',
  'POST /v1/feed_destinations/:id/credentials': 'Set the credentials of a destination of its feeds',
  'GET /v1/datamarts/:datamart_id/user_agent_identifier_realm_selections': 'List the realms of a datamart of its feeds',
  'GET /v1/configuration/technical_name=:technical_name': 'Read a configuration file of its version',
  'PUT /v1/configuration/technical_name=:technical_name': 'Put a configuration file of its version',
  'GET /v1/data_file/data': 'Read a data file that a property of its feeds names',
};
