const encoder = new TextEncoder();

/** Bytes of a text in UTF-8, in Node (without making the bytes) and in browsers. */
export const utf8Bytes: (text: string) => number =
  typeof Buffer === 'function' ? (text) => Buffer.byteLength(text) : (text) => encoder.encode(text).byteLength;
