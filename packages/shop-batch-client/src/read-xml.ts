import { XMLParser, XMLValidator } from 'fast-xml-parser';

// Values stay the strings they are: a SKU `007` must not become 7.
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  // Numeric references, too: the only way to write a carriage return. What is in CDATA stays as it is.
  htmlEntities: true,
  maxNestedTags: 100,
});

/** An XML document as plain objects: text trimmed, `<x/>` as `''`, repeated elements as lists. Undefined when not XML. */
export function readXml(text: string): unknown {
  // The parser alone closes whatever a broken connection left open; only the validator notices.
  if (XMLValidator.validate(text) !== true) return undefined;
  try {
    return trimmed(parser.parse(text));
  } catch {
    return undefined;
  }
}

// The shop pads CDATA with white space in places, which the parser leaves alone.
function trimmed(value: unknown): unknown {
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value)) return value.map(trimmed);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) fields[key] = trimmed(fields[key]);
  return fields;
}
