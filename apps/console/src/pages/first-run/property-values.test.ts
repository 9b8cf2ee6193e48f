import { putPropertySchema } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { isSecret, type PropertyTypeName, propertyFault, readProperty, typeToType } from './property-values.ts';

const row = (name: string, type: PropertyTypeName, value: string, key = 0) => ({ key, name, type, value });
const valueFor = (type: PropertyTypeName, value: string) => readProperty(row('n', type, value))?.body.value;

describe('a property of a feed', () => {
  it('has the value its type wants', () => {
    expect(valueFor('STRING', ' as typed ')).toEqual({ value: ' as typed ' });
    expect(valueFor('STRING', '')).toEqual({ value: '' });
    expect(valueFor('PASSWORD', 'x')).toEqual({ value: 'x' });
    expect(valueFor('URL', 'https://shop.example.com/api')).toEqual({ url: 'https://shop.example.com/api' });
    expect(valueFor('INT', '-12')).toEqual({ value: -12 });
    expect(valueFor('DOUBLE', '0.5')).toEqual({ value: 0.5 });
    expect(valueFor('BOOLEAN', 'false')).toEqual({ value: false });
    expect(putPropertySchema.safeParse(readProperty(row('n', 'INT', '1'))?.body).success).toBe(true);
  });

  it('has none when what was typed is not of its type', () => {
    expect(valueFor('URL', 'shop')).toBeUndefined();
    expect(valueFor('INT', '1.5')).toBeUndefined();
    expect(valueFor('DOUBLE', '')).toBeUndefined();
    expect(valueFor('BOOLEAN', 'yes')).toBeUndefined();
  });

  it('says what is wrong with it among the others', () => {
    const fault = (...rows: Parameters<typeof row>[]) => {
      const all = rows.map(([name, type, value], key) => row(name, type, value, key));
      return propertyFault(all[0] as (typeof all)[number], all);
    };
    expect(fault(['', 'STRING', ''])).toBeUndefined();
    expect(fault(['', 'STRING', 'x'])).toBe('noName');
    expect(fault(['n', 'INT', 'x'])).toBe('notOfType');
    expect(fault(['n', 'INT', '1'], [' n ', 'STRING', ''])).toBe('doubled');
    expect(fault(['n', 'INT', '1'], ['m', 'STRING', ''])).toBeUndefined();
  });

  it('is typed unseen when its name or its type says that it is secret', () => {
    const named = (name: string) => isSecret({ name, type: 'STRING' });
    expect(['shop_api_password', 'ACCESS_TOKEN', 'api_key', 'client_secret'].every(named)).toBe(true);
    expect(['shop_api_url', 'shop_api_user'].some(named)).toBe(false);
    expect(isSecret({ name: 'tpl', type: 'PASSWORD' })).toBe(true);
  });

  it('begins with the type that its version declares', () => {
    expect(['INT', 'PASSWORD', 'DATA_FILE'].map(typeToType)).toEqual(['INT', 'PASSWORD', 'STRING']);
  });
});
