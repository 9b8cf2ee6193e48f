import { FeedForm } from './feed-form.tsx';
import type { StepProps } from './step-props.ts';

/** A segment, a feed that sends it through the plugin, and what the plugin needs to know. */
export function FeedStep({ run }: StepProps) {
  const { plugin, version } = run.state;
  if (!plugin || !version) return null;
  return <FeedForm plugin={plugin} version={version} onCreated={(feed) => run.setIds({ feed: feed.id })} />;
}
