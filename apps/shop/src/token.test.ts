import { expect, it } from 'vitest';
import { issueToken, readToken } from './token.ts';

const claims = { sub: 'app', scope: '*', iat: 100, exp: 3_700 };
const token = issueToken(claims, 'secret');

it('reads its own tokens until they end', () => {
  expect(readToken(token, 'secret', 100)).toEqual(claims);
  expect(readToken(token, 'secret', 3_699)).toEqual(claims);
  expect(readToken(token, 'secret', 3_700)).toBeUndefined();
});

it('reads no other', () => {
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'other' })).toString('base64url');
  for (const text of [
    '',
    'rubbish',
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `${none}.${payload}.`,
    `${none}.${payload}.${signature}`,
    `${header}.${forged}.${signature}`,
    `${token}.more`,
    issueToken(claims, 'other secret'),
  ]) {
    expect(readToken(text, 'secret', 100)).toBeUndefined();
  }
});
