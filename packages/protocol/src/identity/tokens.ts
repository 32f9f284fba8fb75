import { base64url } from 'jose';
import { sha256Hex } from './sha256.ts';

/** Random bytes that nobody can foresee, or in tests the same ones every time. */
export type RandomBytes = (count: number) => Uint8Array<ArrayBuffer>;

/** The random bytes of this machine. */
export const secureRandom: RandomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));

/** What a device enrols with: `lj_` and 192 random bits as 32 characters. */
export function makeJoinToken(random: RandomBytes): string {
  return `lj_${base64url.encode(random(24))}`;
}

/** What an operator signs in with: `lo_` and 256 random bits as 43 characters. */
export function makeOperatorToken(random: RandomBytes): string {
  return `lo_${base64url.encode(random(32))}`;
}

/**
 * What is kept of a token. Plain SHA-256: a token is as long as a key, so that nobody finds it by trying, and a slow
 * hash as for passwords would gain nothing.
 */
export function hashToken(token: string): Promise<string> {
  return sha256Hex(token);
}
