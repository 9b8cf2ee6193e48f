import { moveFeed } from '../cli/move-feed.ts';

export const feedPauseCommand = moveFeed('pause', 'stop taking and sending; what it holds is kept');
