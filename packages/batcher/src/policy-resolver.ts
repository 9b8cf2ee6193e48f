import { checkPolicy, type Policy } from './policy.ts';

/** Finds the policy of a key. @throws BatcherError `POLICY_INVALID` when the key resolves to an impossible one. */
export type PolicyOf = (key: string) => Policy;

/** @throws BatcherError `POLICY_INVALID` for a constant policy out of bounds. */
export function policyResolver(policy: Policy | PolicyOf): PolicyOf {
  if (typeof policy !== 'function') {
    checkPolicy(policy);
    return () => policy;
  }
  // A policy object is checked once, however many groups share it.
  const checked = new WeakSet<Policy>();
  return (key) => {
    const resolved = policy(key);
    if (!checked.has(resolved)) checked.add(checkPolicy(resolved));
    return resolved;
  };
}
