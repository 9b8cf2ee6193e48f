import { PluginSdkError } from '../plugin-sdk-error.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const forbidden = /[\u0000-\u001f\u007f]/;

/**
 * An id as one segment of a URL. A slash or a question mark in it is escaped; `.` and `..`, which would still be
 * resolved when escaped, and control characters are refused, so that an id never reaches another resource.
 */
export const pathSegment = (id: string): string => {
  if (typeof id !== 'string' || id === '' || id === '.' || id === '..' || forbidden.test(id)) {
    throw new PluginSdkError('invalid_id', 'The id is not one that a resource can have.');
  }
  try {
    return encodeURIComponent(id);
  } catch (error) {
    throw new PluginSdkError('invalid_id', 'The id is not valid text.', { cause: error });
  }
};
