import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashToken, makeJoinToken, makeOperatorToken, secureRandom } from './tokens.ts';

test('a join token has 192 random bits, an operator token 256', () => {
  expect(makeJoinToken(secureRandom)).toMatch(/^lj_[A-Za-z0-9_-]{32}$/);
  expect(makeOperatorToken(secureRandom)).toMatch(/^lo_[A-Za-z0-9_-]{43}$/);
  const many = Array.from({ length: 1000 }, () => makeJoinToken(secureRandom));
  expect(new Set(many).size).toBe(1000);
});

test('every random byte shows in the token', () => {
  const zeros = makeOperatorToken((count) => new Uint8Array(count));
  for (let place = 0; place < 32; place++) {
    expect(makeOperatorToken((count) => new Uint8Array(count).fill(1, place, place + 1))).not.toBe(zeros);
  }
});

test('what is kept of a token is its SHA-256', async () => {
  const token = makeJoinToken(secureRandom);
  expect(await hashToken(token)).toBe(createHash('sha256').update(token).digest('hex'));
});
