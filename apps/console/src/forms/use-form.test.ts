import { describe, expect, it } from 'vitest';
import { namedFault } from './use-form.ts';

describe('a refusal that names a field', () => {
  it('is put to that field', () => {
    expect(namedFault('base_url: must be http or https.', ['base_url'])).toEqual({
      name: 'base_url',
      text: 'Must be http or https.',
    });
  });

  it('is not put to a field the form does not have', () => {
    expect(namedFault('status: 3 feeds are active.', ['base_url'])).toBeUndefined();
    expect(namedFault('The platform is shutting down.', ['base_url'])).toBeUndefined();
  });
});
