import type { PluginProperty, PropertyType } from '@batchfeed/schemas';

/** The property types each finder takes, in the order they are looked for when no name is given. */
const finders = {
  assetFile: ['ASSET', 'ASSET_FILE'],
  assetFolder: ['ASSET_FOLDER'],
  dataFile: ['DATA_FILE'],
  url: ['URL'],
  string: ['STRING'],
  adLayout: ['AD_LAYOUT'],
  boolean: ['BOOLEAN'],
  nativeData: ['NATIVE_DATA'],
  nativeTitle: ['NATIVE_TITLE'],
  nativeImage: ['NATIVE_IMAGE'],
} as const satisfies Record<string, readonly PropertyType[]>;

type Of<Finder extends keyof typeof finders> = Extract<
  PluginProperty,
  { property_type: (typeof finders)[Finder][number] }
>;

/**
 * A feed's properties, found by technical name or by type. A finder without a name gives the first property of its
 * type, with a name the property of that name if it has that type, else undefined.
 */
export class PropertiesWrapper {
  /** By technical name; the last one wins where two share a name. */
  readonly normalized: Readonly<Record<string, PluginProperty>>;

  constructor(readonly values: PluginProperty[]) {
    const byName: Record<string, PluginProperty> = Object.create(null);
    // A gateway answer that is no list leaves the feed without properties; what needs one will say so.
    for (const property of Array.isArray(values) ? values : []) byName[property.technical_name] = property;
    this.normalized = byName;
  }

  get = (key: string): PluginProperty | undefined => this.normalized[key];

  ofType = (type: PropertyType): PluginProperty | undefined =>
    Array.isArray(this.values) ? this.values.find((property) => property.property_type === type) : undefined;

  findAssetFileProperty = (key?: string): Of<'assetFile'> | undefined => this.#find('assetFile', key);
  findAssetFolderProperty = (key?: string): Of<'assetFolder'> | undefined => this.#find('assetFolder', key);
  findDataFileProperty = (key?: string): Of<'dataFile'> | undefined => this.#find('dataFile', key);
  findUrlProperty = (key?: string): Of<'url'> | undefined => this.#find('url', key);
  findStringProperty = (key?: string): Of<'string'> | undefined => this.#find('string', key);
  findAdLayoutProperty = (key?: string): Of<'adLayout'> | undefined => this.#find('adLayout', key);
  findBooleanProperty = (key?: string): Of<'boolean'> | undefined => this.#find('boolean', key);
  findNativeDataProperty = (key?: string): Of<'nativeData'> | undefined => this.#find('nativeData', key);
  findNativeTitleProperty = (key?: string): Of<'nativeTitle'> | undefined => this.#find('nativeTitle', key);
  findNativeImageProperty = (key?: string): Of<'nativeImage'> | undefined => this.#find('nativeImage', key);

  #find<Finder extends keyof typeof finders>(finder: Finder, key: string | undefined): Of<Finder> | undefined {
    const types: readonly PropertyType[] = finders[finder];
    if (key === undefined || key === '') {
      for (const type of types) {
        const property = this.ofType(type);
        if (property !== undefined) return property as Of<Finder>;
      }
      return undefined;
    }
    const property = this.get(key);
    return property !== undefined && types.includes(property.property_type) ? (property as Of<Finder>) : undefined;
  }
}
