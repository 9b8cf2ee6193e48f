import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import type { z } from 'zod';
import { addressOf } from '../api/client.ts';
import { refreshSession } from '../session/session.ts';
import { LiveSource, type LiveState } from './live-source.ts';

/** A kind of event: what its data looks like, and what to do with it. */
export interface LiveEvent<S extends z.ZodType> {
  readonly schema: S;
  handle(data: z.output<S>): void;
}

/** Ties the type of `handle` to `schema`. */
export const liveEvent = <S extends z.ZodType>(schema: S, handle: (data: z.output<S>) => void): LiveEvent<S> => ({
  schema,
  handle,
});

interface Live {
  /** Names of the events listened to; what they say is handed over as it comes. Fixed for the life of the component. */
  readonly events: Readonly<Record<string, LiveEvent<z.ZodType>>>;
  /** Only this feed's events; all feeds' without. */
  readonly feedId?: string | undefined;
  /** After a gap: read again what the events are about. */
  readonly onReopened: () => void;
  /** False keeps it closed. Default true. */
  readonly enabled?: boolean;
}

/** The stream of the page. A page has one: call it once, in the page's own component. */
export function useLive({ events, feedId, onReopened, enabled = true }: Live): LiveState {
  const [state, setState] = useState<LiveState>('connecting');
  const client = useQueryClient();
  const onState = useEffectEvent((next: LiveState) => {
    setState(next);
    // A stream that breaks does not say why: the session may be over, or the platform away. Asking tells, and the banner
    // that says so goes away the same way.
    if (next === 'waiting') void refreshSession(client);
  });
  const onEvent = useEffectEvent((name: string, data: unknown) => {
    const event = events[name];
    const read = event?.schema.safeParse(data);
    // An event this console does not understand is none; reading the page again shows the state all the same.
    if (event !== undefined && read?.success) event.handle(read.data);
  });
  const reopened = useEffectEvent(() => {
    void refreshSession(client);
    onReopened();
  });
  const names = Object.keys(events).join();

  useEffect(() => {
    if (!enabled) return;
    const source = new LiveSource(addressOf('/events', { feed_id: feedId }), {
      events: Object.fromEntries(names.split(',').map((name) => [name, (data: unknown) => onEvent(name, data)])),
      onState: (next) => onState(next),
      onReopened: () => reopened(),
    });
    return () => source.close();
  }, [feedId, enabled, names]);
  return state;
}
