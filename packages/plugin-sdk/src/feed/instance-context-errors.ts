import type { Visibility } from '@batchfeed/schemas';
import { isWebDomainRealmFilter, type RealmFilter } from './realm-filter.ts';

/**
 * What an `instanceContextBuilder` may throw. The message is shown to the person who configures the feed, `log` is for
 * the plugin's author and stays in the log.
 */
export class AudienceFeedInstanceContextError extends Error {
  visibility: Visibility = 'PUBLIC';
  override name = 'AudienceFeedInstanceContextError';
}

const contactSupport = 'Please contact your support with the error id.';

/** A configuration file lacks something the plugin needs. */
export class MissingConfigurationPropertyError extends AudienceFeedInstanceContextError {
  override name = 'MissingConfigurationPropertyError';
  readonly log: string;

  constructor(
    readonly feed_id: string,
    readonly property_name: string,
  ) {
    super(`The feed's technical configuration is incomplete. ${contactSupport}`);
    this.log = `Missing configuration property: ${property_name}`;
  }
}

/** A property of the feed that must have a value has none. */
export class MandatoryPropertyValueError extends AudienceFeedInstanceContextError {
  override name = 'MandatoryPropertyValueError';
  readonly log: string;

  constructor(
    readonly feed_id: string,
    readonly property_name: string,
  ) {
    super(`The property ${property_name} is mandatory. Give it a value when you create the feed.`);
    this.log = `Mandatory property without a value: ${property_name}`;
  }
}

/** A property of the feed has a value that is not among the allowed ones. */
export class InvalidPropertyValueError extends AudienceFeedInstanceContextError {
  override name = 'InvalidPropertyValueError';
  readonly log: string;

  constructor(
    readonly feed_id: string,
    readonly property_name: string,
    readonly property_value: string,
    readonly allowed: string[],
  ) {
    super(
      `${property_value} is not a valid value of the property ${property_name}. Choose one of: ${allowed.join(', ')}.`,
    );
    this.log = `Invalid value ${property_value} of property ${property_name}`;
  }
}

/** A configuration file could not be fetched. */
export class FileDownloadError extends AudienceFeedInstanceContextError {
  override name = 'FileDownloadError';
  readonly log: string;

  constructor(
    readonly feed_id: string,
    readonly file_name: string,
  ) {
    super(`A configuration file of the feed could not be fetched. ${contactSupport}`);
    this.log = `Could not fetch the file ${file_name}`;
  }
}

/** The datamart lacks the user agent identifier realm the plugin needs. */
export class MissingRealmError extends AudienceFeedInstanceContextError {
  override name = 'MissingRealmError';
  readonly log: string;

  constructor(
    readonly datamart_id: string,
    readonly realmFilter: RealmFilter,
  ) {
    super(`The feed's technical configuration is incomplete. ${contactSupport}`);
    const domain = isWebDomainRealmFilter(realmFilter) ? ` with sld_name ${realmFilter.sld_name}` : '';
    this.log = `Datamart ${datamart_id} has no user agent identifier realm of type ${realmFilter.realmType}${domain}`;
  }
}
