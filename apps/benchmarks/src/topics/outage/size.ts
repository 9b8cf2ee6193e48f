/** How much is measured. */
export interface OutageSize {
  /** Updates that wait when the plugin comes back. */
  readonly backlog: number;
  /** Rounds of what is measured alternately. */
  readonly rounds: number;
  /** Updates of such a round. */
  readonly roundUpdates: number;
  /** Feeds whose plugin is down, beside a healthy one; of them, those with lines of 0.9 MB. */
  readonly stuckFeeds: number;
  readonly stuckFeedsWithLongLines: number;
  /** Bytes of the giant upload, and how long it is watched at most. */
  readonly giantBytes: number;
  readonly giantMs: number;
  /** Feeds of which half are stuck, and updates of each. */
  readonly manyFeeds: number;
  readonly updatesOfEach: number;
  /** Of the feeds that are not stuck, those a round is about. */
  readonly manyFeedsOfRound: number;
  /** Updates that wait in a feed that is deleted. */
  readonly deletedBacklog: number;
  readonly givenUpUploads: number;
  /** Updates that fill the window. */
  readonly windowUpdates: number;
}

const GIB = 1024 ** 3;

export const USUAL: OutageSize = {
  backlog: 200_000,
  rounds: 5,
  roundUpdates: 20_000,
  stuckFeeds: 50,
  stuckFeedsWithLongLines: 10,
  giantBytes: GIB,
  giantMs: 30_000,
  manyFeeds: 10_000,
  updatesOfEach: 100,
  manyFeedsOfRound: 400,
  deletedBacklog: 1_000_000,
  givenUpUploads: 6000,
  windowUpdates: 300_000,
};

export const FULL: OutageSize = { ...USUAL, backlog: 2_000_000, giantMs: 600_000, manyFeedsOfRound: 1000 };

/** For a test: whether all of it works, not how fast it is. */
export const SMALL: OutageSize = {
  backlog: 24_000,
  rounds: 5,
  roundUpdates: 2000,
  stuckFeeds: 6,
  stuckFeedsWithLongLines: 2,
  giantBytes: GIB / 32,
  giantMs: 3000,
  manyFeeds: 40,
  updatesOfEach: 100,
  manyFeedsOfRound: 10,
  deletedBacklog: 20_000,
  givenUpUploads: 200,
  windowUpdates: 4000,
};
