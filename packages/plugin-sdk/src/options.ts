/** What may be set when a plugin is constructed. Times are milliseconds. */
export interface PluginOptions {
  /** Answer 429 with `Retry-After` while the event loop is late, instead of queueing. On unless set to false. */
  throttling?: boolean;
  /** How late the event loop may be, over several turns, before calls are turned away. Default 100. */
  maxEventLoopDelayMs?: number;
  /** How long a handler of the plugin may take. Default 60,000. */
  handlerTimeoutMs?: number;
  /** How long one call to the gateway may take. Default 10,000. */
  gatewayTimeoutMs?: number;
  /** How long a failure to build an instance context is remembered. Default 2,000. */
  failureCacheMs?: number;
  /** The largest request body, in bytes, compressed or not. Default 12,000,000. */
  maxBodyBytes?: number;
}

export const defaultOptions: Required<PluginOptions> = {
  throttling: true,
  maxEventLoopDelayMs: 100,
  handlerTimeoutMs: 60_000,
  gatewayTimeoutMs: 10_000,
  failureCacheMs: 2_000,
  maxBodyBytes: 12_000_000,
};

/** A boolean is the official SDK's only option, `enableThrottling`. */
export const resolveOptions = (options: boolean | PluginOptions | undefined): Required<PluginOptions> => ({
  ...defaultOptions,
  ...(typeof options === 'boolean' ? { throttling: options } : options),
});
