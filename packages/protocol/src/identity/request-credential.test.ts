import fc from 'fast-check';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createDeviceKey } from './device-key.ts';
import { claimedDevice, signRequest, verifyRequest } from './request-credential.ts';
import { sha256Hex } from './sha256.ts';
import { secureRandom } from './tokens.ts';

const now = Date.UTC(2026, 0, 31, 14, 25, 1, 123);
const key = await createDeviceKey({ extractable: true });
const other = await createDeviceKey({ extractable: true });
const request = { key, device: 'device-1', method: 'POST', path: '/v1/updates?x=1', body: '{"a":1}', now };
const received = {
  method: 'POST',
  path: '/v1/updates?x=1',
  bodyHash: await sha256Hex('{"a":1}'),
  now,
};
const invalid = { name: 'CredentialError', code: 'credential-invalid' };
const expired = { name: 'CredentialError', code: 'credential-expired' };

const sign = (change: Partial<typeof request> = {}) =>
  signRequest({ ...request, ...change, random: secureRandom });

/** A credential with claims of one's own, rightly signed. */
function signClaims(change: Record<string, unknown>, header: Record<string, string> = {}): Promise<string> {
  const claims = {
    iss: 'device-1',
    aud: 'legend',
    htm: 'POST',
    htu: received.path,
    bod: received.bodyHash,
    iat: now / 1000,
    exp: now / 1000 + 50,
    jti: 'abcdefghijklmnop',
  };
  return new SignJWT({ ...claims, ...change })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'legend+jwt', ...header })
    .sign(key.privateKey);
}

describe('a credential', () => {
  test('counts for the request it was made for', async () => {
    const credential = await sign();
    expect(claimedDevice(credential)).toBe('device-1');
    const verified = await verifyRequest(credential, key.publicKey, received);
    expect(verified).toMatchObject({ device: 'device-1', issuedAt: now });
    expect(verified.expiresAt - now).toBeLessThanOrEqual(60_000);
    expect((await verifyRequest(await sign(), key.publicKey, received)).id).not.toBe(verified.id);
  });

  test('counts whatever the request and the second', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE'),
        fc.webPath(),
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 0, max: 4e12 }),
        fc.integer({ min: 0, max: 58_999 }),
        async (method, path, body, at, later) => {
          const credential = await sign({ method, path, body, now: at });
          const bodyHash = body === '' ? undefined : await sha256Hex(body);
          const arrived = { method, path, bodyHash, now: at + later };
          expect(await verifyRequest(credential, key.publicKey, arrived)).toMatchObject({ issuedAt: at });
        },
      ),
      { numRuns: 200 },
    );
  });

  test('names no device while it enrols, and an empty body is none', async () => {
    const credential = await signRequest({
      key,
      method: 'GET',
      path: '/',
      body: '',
      now,
      random: secureRandom,
    });
    expect(claimedDevice(credential)).toBeUndefined();
    const arrived = { method: 'GET', path: '/', bodyHash: undefined, now };
    expect((await verifyRequest(credential, key.publicKey, arrived)).device).toBeUndefined();
  });

  test('does not count for another method, path, body or key', async () => {
    const credential = await sign();
    const bodyHash = await sha256Hex('{"a":2}');
    for (const change of [
      { method: 'GET' },
      { method: 'post' },
      { path: '/v1/updates' },
      { path: '/v1/updates?x=2' },
      { bodyHash },
      { bodyHash: undefined },
    ]) {
      await expect(
        verifyRequest(credential, key.publicKey, { ...received, ...change }),
      ).rejects.toMatchObject(invalid);
    }
    await expect(verifyRequest(credential, other.publicKey, received)).rejects.toMatchObject(invalid);
  });

  test('with any character changed does not count', async () => {
    const credential = await sign();
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    await fc.assert(
      fc.asyncProperty(
        fc.nat(credential.length - 1),
        fc.constantFrom(...alphabet),
        async (place, character) => {
          const changed = credential.slice(0, place) + character + credential.slice(place + 1);
          // The last character of a signature has bits that say nothing.
          fc.pre(changed !== credential && place < credential.length - 1);
          await expect(verifyRequest(changed, key.publicKey, received)).rejects.toMatchObject(invalid);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('with any claim changed, rightly signed, does not count', async () => {
    await expect(verifyRequest(await signClaims({}), key.publicKey, received)).resolves.toBeDefined();
    const changes: Record<string, unknown>[] = [
      { iss: 'Device 1' },
      { aud: 'other' },
      { htm: 'PUT' },
      { htu: '/v1/scores' },
      { bod: undefined },
      { bod: '0'.repeat(64) },
      { iat: 'now' },
      { iat: now / 1000 - 20 },
      { exp: undefined },
      { exp: now / 1000 + 61 },
      { jti: undefined },
      { jti: 'short' },
      { admin: true },
    ];
    for (const change of changes) {
      await expect(verifyRequest(await signClaims(change), key.publicKey, received)).rejects.toMatchObject(
        invalid,
      );
    }
  });

  test('whose clock is off by an hour, or by a little into the future, is expired', async () => {
    for (const offset of [-3_600_000, -60_001, 1, 3_600_000]) {
      const credential = await sign({ now: now + offset });
      await expect(verifyRequest(credential, key.publicKey, received)).rejects.toMatchObject(expired);
    }
  });

  test('tells the clocks of one that is expired', async () => {
    const credential = await sign({ now: now - 3_600_000 });
    await expect(verifyRequest(credential, key.publicKey, received)).rejects.toThrow(
      /from 2026-01-31T13:25:01.123Z .* it is 2026-01-31T14:25:01.123Z/,
    );
  });

  test('of another type, or that is none, does not count', async () => {
    for (const credential of [
      await signClaims({}, { typ: 'JWT' }),
      '',
      'x',
      'a.b.c',
      'e30.e30.',
      (await sign()).replace(/\./g, '.\t'),
      `${await sign()}=`,
      `${btoa('{"alg":"none","typ":"legend+jwt"}')}.${(await sign()).split('.')[1]}.`,
    ]) {
      await expect(verifyRequest(credential, key.publicKey, received)).rejects.toMatchObject(invalid);
    }
    for (const credential of ['', 'x', 'a.*.c', 'a.b.c', `a.${btoa('[]')}.c`]) {
      expect(() => claimedDevice(credential)).toThrow(expect.objectContaining(invalid));
    }
  });
});
