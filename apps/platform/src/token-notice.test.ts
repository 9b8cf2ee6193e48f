import { expect, it } from 'vitest';
import { announceToken } from './token-notice.ts';

const token = 'a-token-that-nobody-else-should-see';

function announced(isSupplied: boolean, isTTY: boolean) {
  const said: string[] = [];
  const logged: unknown[] = [];
  const stderr = { isTTY, write: (text: string) => said.push(text) > 0 };
  announceToken(
    { token, dataDir: 'feeds', isSupplied },
    { info: (...entry: unknown[]) => void logged.push(entry) },
    stderr,
  );
  return { said: said.join(''), logged: JSON.stringify(logged) };
}

it('shows a token that was made, on a terminal only', () => {
  expect(announced(false, true)).toEqual({
    said: `API token, shown this once and kept in feeds/api-token: ${token}\n`,
    logged: '[]',
  });
  const { said, logged } = announced(false, false);
  expect(said).toBe('');
  expect(logged).toContain('feeds/api-token');
  expect(logged).not.toContain(token);
});

it('shows a token that was brought nowhere', () => {
  expect(announced(true, true)).toEqual({ said: 'The API token is kept in feeds/api-token.\n', logged: '[]' });
  const { said, logged } = announced(true, false);
  expect(said).toBe('');
  expect(logged).toContain('feeds/api-token');
  expect(logged).not.toContain(token);
});
