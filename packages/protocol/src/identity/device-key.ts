import { type CryptoKey, exportJWK, generateKeyPair, importJWK } from 'jose';
import { z } from 'zod';
import { type PublicKey, publicKeySchema } from '../enrolment.ts';

/** The Ed25519 key pair that a device is known by. */
export interface DeviceKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** A private Ed25519 key as a JSON Web Key (RFC 8037); it holds the public one. */
export const privateKeySchema = publicKeySchema.extend({
  d: z.string().regex(/^[A-Za-z0-9_-]{43}$/, { error: 'an Ed25519 private key, base64url' }),
});
export type PrivateKey = z.output<typeof privateKeySchema>;

/** @param extractable whether the private key may be exported, which a device that keeps it in a file needs */
export function createDeviceKey({ extractable }: { readonly extractable: boolean }): Promise<DeviceKey> {
  return generateKeyPair('EdDSA', { extractable });
}

/** The half of a device's key that the coordinator knows. */
export async function publicKeyOf({ publicKey }: DeviceKey): Promise<PublicKey> {
  const { kty, crv, x } = await exportJWK(publicKey);
  return publicKeySchema.parse({ kty, crv, x });
}

/** The whole key, to be kept. Throws TypeError of a key that is not extractable. */
export async function exportDeviceKey({ privateKey }: DeviceKey): Promise<PrivateKey> {
  const { kty, crv, x, d } = await exportJWK(privateKey);
  return privateKeySchema.parse({ kty, crv, x, d });
}

/** The key that `exportDeviceKey` gave. Throws where the two halves do not belong together, or are no key. */
export async function importDeviceKey(
  key: PrivateKey,
  { extractable }: { readonly extractable: boolean },
): Promise<DeviceKey> {
  const { d: _, ...publicHalf } = key;
  const [privateKey, publicKey] = await Promise.all([
    importJWK(key, 'EdDSA', { extractable }),
    importPublicKey(publicHalf),
  ]);
  if (privateKey instanceof Uint8Array) throw new TypeError('An Ed25519 key is no shared secret.');
  return { privateKey, publicKey };
}

/** A key to verify requests with. Throws where it is no point of the curve. */
export async function importPublicKey({ kty, crv, x }: PublicKey): Promise<CryptoKey> {
  const key = await importJWK({ kty, crv, x }, 'EdDSA', { extractable: true });
  if (key instanceof Uint8Array) throw new TypeError('An Ed25519 key is no shared secret.');
  return key;
}
