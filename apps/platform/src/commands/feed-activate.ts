import { moveFeed } from '../cli/move-feed.ts';

export const feedActivateCommand = moveFeed(
  'activate',
  'have the plugin make the segment and connect to it; an active feed is left as it is',
);
