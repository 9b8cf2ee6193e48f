import { ShopBatchError } from './shop-batch-error.ts';

/** Keys that reach an object's prototype in careless code behind the route; refused wherever they appear. */
export const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Checks a freshly parsed JSON tree and takes the prototype off every object in it.
 * Iterative, so that its own stack cannot be exhausted by the nesting it is there to refuse.
 */
const secure = (root: unknown, maxDepth: number): unknown => {
  const pending: { node: object; depth: number }[] = [];
  const visit = (value: unknown, depth: number) => {
    if (typeof value !== 'object' || value === null) return;
    if (depth > maxDepth)
      throw new ShopBatchError('wrongData', `The body is nested more than ${maxDepth} levels deep.`);
    pending.push({ node: value, depth });
  };
  visit(root, 1);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, depth } = next;
    if (Array.isArray(node)) {
      for (const item of node) visit(item, depth + 1);
      continue;
    }
    for (const key of Object.keys(node)) {
      if (forbiddenKeys.has(key)) throw new ShopBatchError('wrongData', `The key "${key}" is not allowed.`);
      visit((node as Record<string, unknown>)[key], depth + 1);
    }
    Object.setPrototypeOf(node, null);
  }
  return root;
};

/**
 * Parses JSON that came from outside: objects without prototype, nesting bounded, prototype keys refused.
 *
 * @throws {ShopBatchError} `wrongData` (400/40005)
 */
export const parseSafeJson = (text: string, maxDepth: number): unknown => {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw new ShopBatchError('wrongData', 'The body is not valid JSON.', { cause });
  }
  return secure(root, maxDepth);
};
