import { eventsQuerySchema, type FeedsEvent } from '@batchfeed/schemas';
import type { Live } from '../../live/live.ts';
import { PlatformError } from '../../platform-error.ts';
import { findFeed } from '../operator/feed-routes.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { EventStream } from './event-stream.ts';

/** Streams open at once. */
const MAX_STREAMS = 64;
/** The sampler says when there is something new; a little less than its period, so that its unrest skips no second. */
const STATE_MS = 900;
const BATCHES_MS = 250;

/** `GET /events`: all feeds or one, live. */
export function eventRoutes(app: RouteApp, { configuration, live, closing }: Services): void {
  let streams = 0;
  // Without a HEAD of it, which would be a stream that nobody reads.
  const options = { schema: { querystring: eventsQuerySchema }, exposeHeadRoute: false };
  app.get('/events', options, async (request, reply) => {
    const { feed_id: feedId } = request.query;
    if (feedId !== undefined) findFeed(configuration, { feed_id: feedId });
    if (streams >= MAX_STREAMS) {
      reply.header('retry-after', '5');
      throw new PlatformError('UNAVAILABLE', `${MAX_STREAMS} event streams are open already. Close one, or try later.`);
    }
    streams += 1;
    reply.hijack();
    const stream = new EventStream(reply.raw, reply.getHeaders());
    const stops = feedId === undefined ? watchAll(live, stream) : watchOne(live, stream, feedId);
    const mayGoOn = () => request.isStillAllowed() && (feedId === undefined || configuration.feeds.get(feedId));
    stops.push(
      live.sampler.listen(feedId, () => {
        if (!mayGoOn()) stream.end();
      }),
    );
    const end = () => stream.end();
    closing.addEventListener('abort', end);
    stream.onEnd(() => {
      streams -= 1;
      closing.removeEventListener('abort', end);
      for (const stop of stops) stop();
    });
  });
}

type Stops = (() => unknown)[];

function watchAll(live: Live, stream: EventStream): Stops {
  const sent = new Map<string, string>();
  const changed = (): FeedsEvent | undefined => {
    const feeds = [...live.sampler.feeds().keys()].flatMap((feedId) => {
      const feed = live.feed(feedId);
      const text = feed && JSON.stringify(feed);
      if (feed === undefined || text === undefined || sent.get(feedId) === text) return [];
      sent.set(feedId, text);
      return feed;
    });
    return feeds.length === 0 ? undefined : feeds;
  };
  return [live.sampler.listen(undefined, stream.channel('feeds', STATE_MS, changed))];
}

function watchOne(live: Live, stream: EventStream, feedId: string): Stops {
  let sent = '';
  const changed = () => {
    const detail = live.detail(feedId);
    const text = JSON.stringify({ ...detail, ts: 0 });
    if (detail === undefined || text === sent) return undefined;
    sent = text;
    return detail;
  };
  const batches = live.batches.watch(
    feedId,
    stream.channel('batches', BATCHES_MS, () => batches.take()),
  );
  const tick = stream.channel('pulse', STATE_MS, changed);
  const stops = [live.latencies.watch(feedId), live.sampler.listen(feedId, tick), batches.stop];
  tick();
  return stops;
}
