/**
 * The documented XML style: text in CDATA, integers bare, true and false as the texts `1` and ``, nothing (null, `""`, `{}`, `[]`) as an empty element,
 * the items of a collection as `<items><item>…</item></items>`, every other list as its element repeated.
 */

// What XML 1.0 cannot carry at all, not even escaped: control characters, lone surrogates, two non-characters.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/gu;

// Nearly every text holds none of what the three replacements look for, and one cheap look tells.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const suspicious = /[\u0000-\u0008\u000b-\u001f\]\ud800-\udfff\ufffe\uffff]/;

const cdata = (text: string): string => {
  if (!suspicious.test(text)) return `<![CDATA[${text}]]>`;
  const safe = text
    .replace(notXml, '\ufffd')
    .replaceAll(']]>', ']]]]><![CDATA[>')
    // A carriage return would be read back as a line feed, so it leaves the section as a character reference.
    .replaceAll('\r', ']]>&#13;<![CDATA[');
  return `<![CDATA[${safe}]]>`;
};

const validName = /^[A-Za-z_][\w.-]*$/;
const names = new Map<string, string>();

/** Keys become element names; what a name cannot hold becomes `_`. Cached: an answer repeats few names many times. */
const elementName = (key: string): string => {
  let name = names.get(key);
  if (name === undefined) {
    name = validName.test(key) ? key : `_${key.replace(/[^\w.-]/g, '_')}`;
    if (names.size < 10_000) names.set(key, name);
  }
  return name;
};

const scalar = (value: unknown): string => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  // As PHP turns them into text, and so as the shop does.
  if (typeof value === 'boolean') return cdata(value ? '1' : '');
  return value === '' ? '' : cdata(String(value));
};

const element = (name: string, content: string): string =>
  content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;

const children = (fields: object): string => {
  let xml = '';
  for (const key of Object.keys(fields)) xml += property(key, (fields as Record<string, unknown>)[key]);
  return xml;
};

const content = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => property('item', item)).join('');
  return typeof value === 'object' ? children(value) : scalar(value);
};

/** A list of one item may have been collapsed to that item by the API behind a proxy. */
const itemList = (items: unknown): unknown =>
  typeof items === 'object' && items !== null && !Array.isArray(items) && Object.keys(items).length > 0
    ? [items]
    : items;

const property = (key: string, value: unknown): string => {
  if (value === undefined) return '';
  const name = elementName(key);
  if (name === 'items') return element(name, content(itemList(value)));
  if (!Array.isArray(value) || value.length === 0) return element(name, content(value));
  let xml = '';
  for (const item of value) xml += element(name, content(item));
  return xml;
};

/**
 * Writes a JSON tree as XML under `<response>`, without white space between elements.
 *
 * @param tree as `JSON.parse` gives it; text that XML cannot carry (NUL and the like) becomes U+FFFD
 */
export const toXml = (tree: unknown): string => element('response', content(tree));
