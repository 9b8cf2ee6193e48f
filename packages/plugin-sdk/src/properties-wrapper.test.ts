import type { PluginProperty } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { PropertiesWrapper } from './properties-wrapper.ts';
import { stringProperty } from './testing.ts';

const flag = { ...stringProperty('flag', ''), property_type: 'BOOLEAN', value: { value: true } } as PluginProperty;
const asset = {
  ...stringProperty('logo', ''),
  property_type: 'ASSET_FILE',
  value: { asset_id: '7' },
} as PluginProperty;

it('finds properties by name, by type, and only of the right type', () => {
  const properties = new PropertiesWrapper([stringProperty('first', 'a'), flag, stringProperty('second', 'b'), asset]);
  expect(properties.get('second')?.technical_name).toBe('second');
  expect(properties.findStringProperty()?.value.value).toBe('a');
  expect(properties.findStringProperty('second')?.value.value).toBe('b');
  expect(properties.findStringProperty('flag')).toBeUndefined();
  expect(properties.findBooleanProperty('flag')?.value.value).toBe(true);
  expect(properties.findAssetFileProperty()?.value.asset_id).toBe('7');
  expect(properties.findUrlProperty()).toBeUndefined();
  expect(properties.ofType('BOOLEAN')).toBe(flag);
  expect(Object.keys(properties.normalized)).toEqual(['first', 'flag', 'second', 'logo']);
  const { findStringProperty } = properties;
  expect(findStringProperty('first')?.value.value).toBe('a');
});

it('takes a name like "__proto__" for a name', () => {
  expect(new PropertiesWrapper([]).get('constructor')).toBeUndefined();
  expect(new PropertiesWrapper([stringProperty('__proto__', 'x')]).findStringProperty('__proto__')?.value.value).toBe(
    'x',
  );
});

it.each([undefined, 'Yolo', {}])('is empty when the gateway answered %j', (garbage) => {
  const properties = new PropertiesWrapper(garbage as never);
  expect(properties.get('a')).toBeUndefined();
  expect(properties.findStringProperty()).toBeUndefined();
});
