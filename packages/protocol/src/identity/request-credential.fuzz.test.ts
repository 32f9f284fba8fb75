import { fuzzCases, fuzzTimeoutMs, mutatedBytes, mutatedJson } from '@legend-fl/base/testing';
import fc from 'fast-check';
import { base64url, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { createDeviceKey } from './device-key.ts';
import { CredentialError, claimedDevice, signRequest, verifyRequest } from './request-credential.ts';
import { secureRandom } from './tokens.ts';

const now = 1_769_869_501_123;
const key = await createDeviceKey({ extractable: false });
const received = { method: 'GET', path: '/v1', bodyHash: undefined, now };
const valid = await signRequest({ key, device: 'device-1', ...received, random: secureRandom });
const [header = '', payload = '', signature = ''] = valid.split('.');
const jsonOf = (part: string): unknown => JSON.parse(new TextDecoder().decode(base64url.decode(part)));

/** Strings, bytes of a credential changed, and claims or headers changed, which no signature fits then. */
const credentials = fc.oneof(
  fc.string({ unit: 'binary' }),
  mutatedBytes(Buffer.from(valid)).map((bytes) => Buffer.from(bytes).toString('latin1')),
  mutatedJson(jsonOf(payload)).map((text) => [header, base64url.encode(text), signature].join('.')),
  mutatedJson(jsonOf(header)).map((text) => [base64url.encode(text), payload, signature].join('.')),
  fc.array(fc.string({ maxLength: 20 }), { maxLength: 5 }).map((parts) => parts.join('.')),
);

test('claimedDevice takes any text', { timeout: fuzzTimeoutMs }, () => {
  fc.assert(
    fc.property(credentials, (credential) => {
      try {
        expect(claimedDevice(credential) ?? 'none').toMatch(/^[a-z0-9][a-z0-9-]*$/);
      } catch (error) {
        if (!(error instanceof CredentialError)) throw error;
        expect(error.message.length).toBeLessThan(1000);
      }
    }),
    { numRuns: fuzzCases },
  );
});

test('verifyRequest lets nothing in but what was signed', { timeout: fuzzTimeoutMs }, async () => {
  await fc.assert(
    fc.asyncProperty(credentials, async (credential) => {
      const verified = await verifyRequest(credential, key.publicKey, received).catch(
        (error: unknown) => error,
      );
      // The last character of a signature has bits that say nothing.
      if (credential.slice(0, -1) === valid.slice(0, -1)) return;
      expect(verified).toBeInstanceOf(CredentialError);
    }),
    { numRuns: fuzzCases },
  );
});

test('any claims that are rightly signed count for this request or are refused', {
  timeout: fuzzTimeoutMs,
}, async () => {
  await fc.assert(
    fc.asyncProperty(mutatedJson(jsonOf(payload)), async (text) => {
      const claims: unknown = JSON.parse(text);
      fc.pre(typeof claims === 'object' && claims !== null && !Array.isArray(claims) && text.length < 10_000);
      const credential = await new SignJWT(claims as Record<string, unknown>)
        .setProtectedHeader({ alg: 'EdDSA', typ: 'legend+jwt' })
        .sign(key.privateKey);
      try {
        expect(await verifyRequest(credential, key.publicKey, received)).toMatchObject({
          id: expect.any(String),
          issuedAt: expect.any(Number),
        });
      } catch (error) {
        if (!(error instanceof CredentialError)) throw error;
      }
    }),
    { numRuns: fuzzCases },
  );
});
