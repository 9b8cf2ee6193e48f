import { CliError } from './cli-error.ts';

interface Body {
  readonly property_type: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * A property as the platform takes it, of the type its version declares; STRING when it declares none.
 *
 * @throws CliError `USAGE` when the text is no value of that type.
 */
export function propertyBody(name: string, text: string, type = 'STRING'): Body {
  return { property_type: type, value: readValue(name, text, type) };
}

function readValue(name: string, text: string, type: string): Body['value'] {
  if (type === 'URL') return { url: text };
  if (type === 'DATA_FILE') return { uri: text };
  if (type === 'BOOLEAN' && /^(true|false)$/.test(text)) return { value: text === 'true' };
  if (type === 'INT' && /^-?\d{1,15}$/.test(text)) return { value: Number(text) };
  if (type === 'DOUBLE' && text.trim() !== '' && Number.isFinite(Number(text))) return { value: Number(text) };
  if (['BOOLEAN', 'INT', 'DOUBLE'].includes(type)) {
    throw new CliError('USAGE', `The version declares the property ${name} as ${type}, which ${text} is not.`);
  }
  return { value: text };
}
