import { platformFilledFields, type UploadedIdentifier } from '@batchfeed/schemas';

/** What is wrong with an uploaded update, and where: `user_identifiers[0].hash`, or empty for the whole line. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => string | undefined;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const key: Check = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'must be a string that is not empty';
const timestamp: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? undefined
    : 'must be milliseconds since the epoch, a whole number';
const text: Check = (value) => (typeof value === 'string' ? undefined : 'must be a string');
const objects: Check = (value) =>
  Array.isArray(value) && value.every(isObject) ? undefined : 'must be an array of objects';
const nullish =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null ? undefined : check(value);

const IDENTIFIERS: Record<UploadedIdentifier['type'], ReadonlyArray<readonly [field: string, check: Check]>> = {
  USER_POINT: [
    ['user_point_id', key],
    ['creation_ts', nullish(timestamp)],
  ],
  USER_EMAIL: [
    ['hash', key],
    ['email', nullish(text)],
    ['operator', nullish(text)],
    ['creation_ts', nullish(timestamp)],
  ],
  USER_ACCOUNT: [
    ['user_account_id', key],
    ['compartment_id', nullish(text)],
    ['creation_ts', nullish(timestamp)],
  ],
  USER_AGENT: [
    ['vector_id', key],
    ['creation_ts', nullish(timestamp)],
  ],
  USER_DEVICE_POINT: [
    ['id', nullish(key)],
    ['technical_identifiers', nullish(objects)],
    ['creation_ts', nullish(timestamp)],
  ],
};
const TYPES = Object.keys(IDENTIFIERS).join(', ');

/**
 * The first fault of an uploaded update, or undefined. `updateLineSchema` is the definition, and a test holds this to
 * it; it is written by hand because it runs for every line, at ten times the schema's speed.
 */
export function updateFault(update: unknown): Fault | undefined {
  if (!isObject(update)) return { path: '', message: 'must be an object' };
  return identifiersFault(update.user_identifiers) ?? profilesFault(update.user_profiles) ?? restFault(update);
}

function identifiersFault(identifiers: unknown): Fault | undefined {
  if (!Array.isArray(identifiers) || identifiers.length === 0) {
    return { path: 'user_identifiers', message: 'must be an array with at least one identifier' };
  }
  for (let index = 0; index < identifiers.length; index += 1) {
    const fault = identifierFault(identifiers[index], `user_identifiers[${index}]`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function identifierFault(identifier: unknown, path: string): Fault | undefined {
  if (!isObject(identifier)) return { path, message: 'must be an object' };
  const { type } = identifier;
  if (typeof type !== 'string' || !Object.hasOwn(IDENTIFIERS, type)) {
    return { path: `${path}.type`, message: `must be one of ${TYPES}` };
  }
  for (const [field, check] of IDENTIFIERS[type as UploadedIdentifier['type']]) {
    const message = check(identifier[field]);
    if (message !== undefined) return { path: `${path}.${field}`, message };
  }
  return undefined;
}

function profilesFault(profiles: unknown): Fault | undefined {
  if (profiles === undefined) return undefined;
  if (!Array.isArray(profiles)) return { path: 'user_profiles', message: 'must be an array' };
  const index = profiles.findIndex((profile) => !isObject(profile));
  return index === -1 ? undefined : { path: `user_profiles[${index}]`, message: 'must be an object' };
}

function restFault(update: Fields): Fault | undefined {
  const { operation, ts } = update;
  if (operation !== 'UPSERT' && operation !== 'DELETE') {
    return { path: 'operation', message: 'must be UPSERT or DELETE' };
  }
  const message = ts === undefined ? undefined : timestamp(ts);
  if (message !== undefined) return { path: 'ts', message };
  const filled = platformFilledFields.find((field) => update[field] !== undefined);
  return filled === undefined ? undefined : { path: filled, message: 'is filled in by the platform; leave it out' };
}
