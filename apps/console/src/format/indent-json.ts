/** A line of indented JSON. */
export interface IndentedLine {
  readonly depth: number;
  readonly text: string;
}

/** Strings, or any other run of characters up to the next bracket, comma or colon. */
const TOKEN = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs;
const OPENS: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** What a JSON text holds that is a string of JSON itself, as plugins like to send; undefined where it is not. Pure. */
export function jsonWithin(json: string): string | undefined {
  if (!json.startsWith('"')) return undefined;
  try {
    const text: unknown = JSON.parse(json);
    if (typeof text !== 'string' || !/^\s*[{[]/.test(text)) return undefined;
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

/**
 * JSON on lines of its own, every value as it is written: parsing and writing it again would change long numbers and double
 * names. What is no JSON comes out in some shape, but whole. Pure.
 */
export function indentJson(json: string): IndentedLine[] {
  const tokens = json.match(TOKEN) ?? [];
  const lines: IndentedLine[] = [];
  let depth = 0;
  let line = '';
  const end = () => {
    if (line !== '') lines.push({ depth, text: line });
    line = '';
  };
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as string;
    const closing = OPENS[token];
    if (closing !== undefined && tokens[index + 1] === closing) {
      line += token + closing;
      index += 1;
    } else if (closing !== undefined) {
      line += token;
      end();
      depth += 1;
    } else if (token === '}' || token === ']') {
      end();
      depth = Math.max(0, depth - 1);
      line = token;
    } else if (token === ',') {
      line += token;
      end();
    } else {
      line += token === ':' ? ': ' : token;
    }
  }
  end();
  return lines;
}
