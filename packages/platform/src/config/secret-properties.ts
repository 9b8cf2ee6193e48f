import type { PropertyDefinition } from '@batchfeed/schemas';

const SECRET_TYPE = /PASSWORD|SECRET|CREDENTIAL|TOKEN/;
const SECRET_NAME = /passw(or)?d|secret|credential|token|(^|_)api_?key$|private_?key/i;

/** What operators see instead of a secret. Sent back, it means: leave it as it is. */
const MASK = { value: '********' } as const;

/** Whether a property holds a secret: by its type, or by its name where the type is a plain one. */
export function isSecret({ property_type: type, technical_name: name }: Named): boolean {
  return SECRET_TYPE.test(type) || SECRET_NAME.test(name);
}

interface Named {
  readonly property_type: string;
  readonly technical_name: string;
}

/** A property as operators see it. */
export function masked(property: PropertyDefinition): PropertyDefinition {
  return isSecret(property) ? { ...property, value: MASK } : property;
}

export function isMask(value: Readonly<Record<string, unknown>>): boolean {
  return value.value === MASK.value && Object.keys(value).length === 1;
}
