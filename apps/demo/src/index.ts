// For the benchmarks, which measure the same job.
export { type DataFolder, openDataFolder } from './data-folder.ts';
export { followFeed } from './follow-feed.ts';
export { generateUpdates } from './generator/generate-updates.ts';
export { linesPerBatch, setUpFeed } from './set-up-feed.ts';
export { Stack } from './stack.ts';
export { uploadSegment } from './upload-segment.ts';
