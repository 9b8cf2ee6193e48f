import { moveFeed } from '../cli/move-feed.ts';

export const feedResumeCommand = moveFeed('resume', 'go on after a pause, under a new session');
