import type { ApiTokenRole } from '@batchfeed/schemas';
import type { IconName } from '../components/icon.tsx';
import type { TextKey } from '../texts/text.ts';

/** What can be gone to from anywhere, in this order. */
export const navigation: readonly {
  to: string;
  text: Extract<TextKey, `common.navigation.${string}`>;
  icon: IconName;
  /** Offered to those alone who may do what it is for. Default `read`. */
  needs?: ApiTokenRole;
}[] = [
  { to: '/plugins', text: 'common.navigation.plugins', icon: 'plug' },
  { to: '/feeds', text: 'common.navigation.feeds', icon: 'feed' },
  { to: '/users', text: 'common.navigation.users', icon: 'user' },
  { to: '/audit', text: 'common.navigation.audit', icon: 'audit' },
  { to: '/start', text: 'common.navigation.start', icon: 'rocket', needs: 'admin' },
];
