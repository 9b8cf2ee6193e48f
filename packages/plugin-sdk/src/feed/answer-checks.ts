import { type Check, eachOf, isCount, isObject, optionalNumber, optionalText } from './check.ts';

/** What a handler may answer beyond its `status`, which the route table knows. `path` in a message is the handler's. */

export type DeliveryType = 'BATCH_DELIVERY' | 'FILE_DELIVERY';

export const checkMessage: Check = (answer) => optionalText(answer, 'message');

export const checkCreation: Check = (answer) =>
  checkMessage(answer) ??
  (answer.visibility === undefined || answer.visibility === 'PUBLIC' || answer.visibility === 'PRIVATE'
    ? undefined
    : 'visibility must be PUBLIC or PRIVATE when given');

const text = (value: Record<string, unknown>, field: string, path: string): string | undefined =>
  typeof value[field] === 'string' ? undefined : `${path}.${field} must be a string`;

type DeliveryCheck = (delivery: Record<string, unknown>, path: string) => string | undefined;

const deliveryChecks: Readonly<Record<DeliveryType, DeliveryCheck>> = {
  BATCH_DELIVERY: (delivery, path) => {
    if (delivery.type !== 'BATCH_DELIVERY')
      return `${path}.type must be BATCH_DELIVERY: this plugin delivers in batches`;
    if (delivery.content === undefined) return `${path}.content must not be undefined`;
    return text(delivery, 'grouping_key', path);
  },
  FILE_DELIVERY: (delivery, path) => {
    if (delivery.type !== 'FILE_DELIVERY') {
      return `${path}.type must be FILE_DELIVERY: only a BatchedAudienceFeedConnectorBasePlugin delivers in batches`;
    }
    return (
      text(delivery, 'content', path) ??
      text(delivery, 'grouping_key', path) ??
      text(delivery, 'destination_token', path)
    );
  },
};

const syncResults = new Set<unknown>(['PROCESSED', 'SUCCESS', 'REJECTED']);

const checkTag = (tag: Record<string, unknown>, path: string) => text(tag, 'key', path) ?? text(tag, 'value', path);

const checkStat = (stat: Record<string, unknown>, path: string): string | undefined =>
  text(stat, 'identifier', path) ??
  (syncResults.has(stat.sync_result) ? undefined : `${path}.sync_result must be PROCESSED, SUCCESS or REJECTED`) ??
  (stat.tags === undefined ? undefined : eachOf(stat.tags, `${path}.tags`, checkTag));

export const checkUpdateAnswer = (answer: Record<string, unknown>, delivery: DeliveryType): string | undefined =>
  (answer.data === undefined ? undefined : eachOf(answer.data, 'data', deliveryChecks[delivery])) ??
  (answer.stats === undefined ? undefined : eachOf(answer.stats, 'stats', checkStat)) ??
  checkMessage(answer) ??
  optionalNumber(answer, 'next_msg_delay_in_ms');

/**
 * Counts are whole and account for the batch: exactly when it was sent, at most when it was refused or is to be sent
 * again, where lines may be unsettled.
 */
export const checkBatchAnswer = (answer: Record<string, unknown>, lines: number): string | undefined => {
  const { sent_items_in_success: success, sent_items_in_error: error } = answer;
  if (!isCount(success)) return 'sent_items_in_success must be a whole number, 0 or more';
  if (!isCount(error)) return 'sent_items_in_error must be a whole number, 0 or more';
  const sum = success + error;
  if (answer.status === 'OK' ? sum !== lines : sum > lines) {
    return `sent_items_in_success (${success}) and sent_items_in_error (${error}) do not add up to the batch's ${lines} lines`;
  }
  return checkMessage(answer) ?? optionalNumber(answer, 'next_msg_delay_in_ms');
};

export const checkDynamicValues: Check = (answer) =>
  checkMessage(answer) ??
  (answer.data === undefined
    ? undefined
    : eachOf(answer.data, 'data', (values, path) =>
        typeof values.property_technical_name !== 'string'
          ? `${path}.property_technical_name must be a string`
          : eachOf(values.enum, `${path}.enum`, (value, at) => text(value, 'label', at) ?? text(value, 'value', at)),
      ));

export const checkAuthentication: Check = (answer) => checkMessage(answer) ?? optionalText(answer, 'refresh_token');

export const checkAuthenticationStatus: Check = (answer) =>
  checkMessage(answer) ??
  (answer.data === undefined || isObject(answer.data) ? undefined : 'data must be an object when given') ??
  (isObject(answer.data) && optionalText(answer.data, 'login_url') !== undefined
    ? 'data.login_url must be a string when given'
    : undefined);

export const checkRedirectUrl: Check = (answer) =>
  typeof answer.login_url === 'string' ? undefined : 'login_url must be a string';
