import { core } from '@batchfeed/plugin-sdk';
import { ShopBatchClient } from '@batchfeed/shop-batch-client';

/** The feed properties that say which shop to write to, and how. */
const properties = {
  url: 'shop_api_url',
  user: 'shop_api_user',
  password: 'shop_api_password',
  requestsPerSecond: 'shop_requests_per_second',
} as const;

const textOf = (property: core.PluginProperty | undefined): string => {
  const { value, url } = (property?.value ?? {}) as { value?: unknown; url?: unknown };
  return String(value ?? url ?? '').trim();
};

const isLocal = (url: string): boolean => /^https?:\/\/(localhost|127\.|\[::1\])/i.test(url);

/** The documented limit of shops; one on this machine has none. */
const readRate = (text: string, url: string): number => {
  if (text === '') return isLocal(url) ? Number.POSITIVE_INFINITY : 3;
  return Number(text);
};

/**
 * Opens a client for the shop a feed names. Nothing is sent yet.
 *
 * @throws core.MandatoryPropertyValueError, core.AudienceFeedInstanceContextError: shown to whoever configures the feed
 */
export const connectShop = (feedId: string, feedProperties: core.PropertiesWrapper): ShopBatchClient => {
  const read = (name: string) => textOf(feedProperties.get(name));
  const required = (name: string) => {
    const value = read(name);
    if (value === '') throw new core.MandatoryPropertyValueError(feedId, name);
    return value;
  };
  const baseUrl = required(properties.url);
  const username = required(properties.user);
  const password = required(properties.password);
  const requestsPerSecond = readRate(read(properties.requestsPerSecond), baseUrl);
  try {
    // The platform repeats a batch; the client only bridges a moment's trouble.
    return new ShopBatchClient({
      baseUrl,
      auth: { kind: 'basic', username, password },
      requestsPerSecond,
      maxAttempts: 3,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'they are not usable';
    throw new core.AudienceFeedInstanceContextError(`The feed's shop properties cannot be used: ${why}`);
  }
};
