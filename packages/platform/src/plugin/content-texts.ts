/**
 * The exact JSON text of `data[i].content` for every i, cut out of a plugin's answer.
 *
 * Parsing and writing again would change what the plugin said: 1.0 becomes 1, 1e400 becomes null, and whole numbers
 * beyond 2⁵³ lose digits. So the lines are cut from the text. It must be valid JSON already (it has been parsed), which
 * lets the scan look at brackets, quotes and nothing else. Of a repeated field the last one counts, as in JSON.parse.
 */
export function contentTexts(json: string): (string | undefined)[] {
  const data = field(json, skipSpace(json, 0), 'data');
  if (data === undefined) return [];
  const texts: (string | undefined)[] = [];
  eachMember(json, data.start, (start) => {
    const content = field(json, start, 'content');
    texts.push(content && json.slice(content.start, content.end));
  });
  return texts;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** The value of a field of the object that starts at `at`. */
function field(json: string, at: number, name: string): Span | undefined {
  let found: Span | undefined;
  eachMember(json, at, (start) => {
    const colon = skipSpace(json, valueEnd(json, start));
    const valueStart = skipSpace(json, colon + 1);
    if (nameAt(json, start) === name) found = { start: valueStart, end: valueEnd(json, valueStart) };
  });
  return found;
}

/** Visits the start of each element of the array, or of each name of the object, that starts at `at`. */
function eachMember(json: string, at: number, visit: (start: number) => void): void {
  const isObject = json.charCodeAt(at) === OPEN_BRACE;
  let next = skipSpace(json, at + 1);
  while (!closes(json.charCodeAt(next))) {
    visit(next);
    next = skipSpace(json, valueEnd(json, next));
    if (isObject && json.charCodeAt(next) === COLON) next = skipSpace(json, valueEnd(json, skipSpace(json, next + 1)));
    if (json.charCodeAt(next) === COMMA) next = skipSpace(json, next + 1);
  }
}

function nameAt(json: string, start: number): string {
  const end = valueEnd(json, start);
  const raw = json.slice(start + 1, end - 1);
  return raw.includes('\\') ? (JSON.parse(json.slice(start, end)) as string) : raw;
}

/** Just after the value that starts at `at`. */
function valueEnd(json: string, at: number): number {
  const first = json.charCodeAt(at);
  if (first === QUOTE) return stringEnd(json, at);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return scalarEnd(json, at);
  let depth = 0;
  for (let index = at; ; index += 1) {
    const code = json.charCodeAt(index);
    if (code === QUOTE) index = stringEnd(json, index) - 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (closes(code)) {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
}

function stringEnd(json: string, at: number): number {
  for (let quote = json.indexOf('"', at + 1); ; quote = json.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

function scalarEnd(json: string, at: number): number {
  let index = at;
  while (index < json.length && !endsScalar(json.charCodeAt(index))) index += 1;
  return index;
}

function endsScalar(code: number): boolean {
  return code === COMMA || closes(code) || isSpace(code);
}

function closes(code: number): boolean {
  return code === CLOSE_BRACKET || code === CLOSE_BRACE;
}

function skipSpace(json: string, at: number): number {
  let index = at;
  while (isSpace(json.charCodeAt(index))) index += 1;
  return index;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}
