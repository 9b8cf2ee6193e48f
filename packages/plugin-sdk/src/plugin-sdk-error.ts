/**
 * Why the SDK refused or failed something:
 * `configuration` the environment or an option is wrong · `gateway_refused` the gateway answered with an error ·
 * `gateway_timeout` it did not answer in time · `gateway_unreachable` no connection to it · `resource_not_found` it
 * answered 404 · `handler_timeout` a handler of the plugin took too long · `invalid_id` an id that cannot be part of a
 * URL · `unsupported` a call this SDK does not offer.
 */
export type PluginSdkErrorCode =
  | 'configuration'
  | 'gateway_refused'
  | 'gateway_timeout'
  | 'gateway_unreachable'
  | 'resource_not_found'
  | 'handler_timeout'
  | 'invalid_id'
  | 'unsupported';

const retryableCodes: Readonly<Record<PluginSdkErrorCode, boolean>> = {
  configuration: false,
  gateway_refused: false,
  gateway_timeout: true,
  gateway_unreachable: true,
  resource_not_found: false,
  handler_timeout: true,
  invalid_id: false,
  unsupported: false,
};

/** Thrown by the SDK itself. Match on `code`; the message is for people and never holds a credential. */
export class PluginSdkError extends Error {
  override readonly name: string = 'PluginSdkError';
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  constructor(
    readonly code: PluginSdkErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retryable = retryableCodes[code];
  }
}

/** The gateway knows no such feed, file or credentials (404). */
export class ResourceNotFoundError extends PluginSdkError {
  override readonly name = 'ResourceNotFoundError';

  constructor(message: string) {
    super('resource_not_found', message);
  }
}
