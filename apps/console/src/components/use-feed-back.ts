import { path } from '../api/client.ts';
import { useFeedResource } from '../api/feed-setup.ts';

/** The way back to a feed from what lies below it: `back` of a `Page`. */
export function useFeedBack(feedId: string): { readonly to: string; readonly label: string } {
  const { data } = useFeedResource(feedId);
  return { to: path`/feeds/${feedId}`, label: data?.name ?? feedId };
}
