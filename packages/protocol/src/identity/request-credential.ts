import { base64url, type CryptoKey, compactVerify, errors, SignJWT } from 'jose';
import { z } from 'zod';
import { limits } from '../limits.ts';
import { contentHash, identifier } from '../names.ts';
import type { DeviceKey } from './device-key.ts';
import { sha256Hex } from './sha256.ts';
import type { RandomBytes } from './tokens.ts';

/**
 * The credential of a device: a JSON Web Token for one request, signed with the device's key. Whoever reads one can
 * neither use it for another request nor, as the coordinator remembers its `jti`, for the same one again.
 */

const algorithm = 'EdDSA';
const tokenType = 'legend+jwt';
const audience = 'legend';

const claimsSchema = z.strictObject({
  /** The device's id; absent while it enrols. */
  iss: identifier.exactOptional(),
  aud: z.literal(audience),
  /** Method of the request. */
  htm: z.string(),
  /** Its path with query. */
  htu: z.string(),
  /** SHA-256 of its JSON body; absent of an empty one, and of an upload, whose hash stands in its path. */
  bod: contentHash.exactOptional(),
  /** Seconds since 1970 with fractions: a credential may be made in the second in which the coordinator starts. */
  iat: z.number(),
  exp: z.number(),
  jti: z.string().min(16).max(64),
});
type Claims = z.output<typeof claimsSchema>;

export interface SignedRequest {
  readonly key: Pick<DeviceKey, 'privateKey'>;
  /** Its id; none while it enrols. */
  readonly device?: string | undefined;
  readonly method: string;
  /** With query, as it is sent. */
  readonly path: string;
  /** JSON body as it is sent. */
  readonly body?: string | undefined;
  /** Milliseconds since 1970 by the coordinator's clock, as far as it is known. */
  readonly now: number;
  readonly random: RandomBytes;
}

/** A credential for this request, good for `limits.credentialSeconds`. */
export async function signRequest(request: SignedRequest): Promise<string> {
  const { key, device, method, path, body = '', now, random } = request;
  const claims: Claims = {
    ...(device !== undefined && { iss: device }),
    aud: audience,
    htm: method,
    htu: path,
    ...(body !== '' && { bod: await sha256Hex(body) }),
    iat: now / 1000,
    exp: Math.floor(now / 1000) + limits.credentialSeconds,
    jti: base64url.encode(random(16)),
  };
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: tokenType }).sign(key.privateKey);
}

/** Why a credential does not count: it is none, or for something else; or it is not made now. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
  readonly code: 'credential-invalid' | 'credential-expired';

  constructor(code: CredentialError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface ReceivedRequest {
  readonly method: string;
  /** With query, as it came. */
  readonly path: string;
  /** SHA-256 of its JSON body; undefined of an empty one and of an upload. */
  readonly bodyHash: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface VerifiedCredential {
  /** Undefined while the device enrols. */
  readonly device: string | undefined;
  /** Never the same twice. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** The device that a credential names, before anything is verified: whose key to verify it with. */
export function claimedDevice(credential: string): string | undefined {
  const [, payload = ''] = splitCredential(credential);
  return parseClaims(decode(payload)).iss;
}

/** Throws CredentialError unless the holder of the key made the credential for this request, less than a minute ago. */
export async function verifyRequest(
  credential: string,
  publicKey: CryptoKey,
  { method, path, bodyHash, now }: ReceivedRequest,
): Promise<VerifiedCredential> {
  splitCredential(credential);
  const claims = parseClaims(await verifySignature(credential, publicKey));
  const mismatch =
    (claims.htm !== method && 'another method') ||
    (claims.htu !== path && 'another path') ||
    (claims.bod !== bodyHash && 'another body') ||
    (claims.exp - claims.iat > limits.credentialSeconds && 'too long a time');
  if (mismatch) throw new CredentialError('credential-invalid', `The credential is for ${mismatch}.`);
  // None from the future, however near: the coordinator must be able to tell, after a restart, which it has not seen.
  if (claims.iat > now / 1000 || claims.exp <= now / 1000) {
    throw new CredentialError(
      'credential-expired',
      `The credential counts from ${describeTime(claims.iat)} to ${describeTime(claims.exp)}, and here it is ${describeTime(now / 1000)}. Set the clock by serverTime.`,
    );
  }
  return {
    device: claims.iss,
    id: claims.jti,
    issuedAt: Math.round(claims.iat * 1000),
    expiresAt: claims.exp * 1000,
  };
}

/** Decoders of base64url let spaces and padding pass; a credential is written in one way. */
function splitCredential(credential: string): readonly string[] {
  if (!/^[\w-]+(\.[\w-]+){2}$/.test(credential)) {
    throw new CredentialError('credential-invalid', 'The credential is no JWT.');
  }
  return credential.split('.');
}

async function verifySignature(credential: string, publicKey: CryptoKey): Promise<Uint8Array> {
  try {
    const { payload, protectedHeader } = await compactVerify(credential, publicKey, {
      algorithms: [algorithm],
    });
    if (protectedHeader.typ === tokenType) return payload;
  } catch (cause) {
    if (!(cause instanceof errors.JOSEError)) throw cause;
    throw new CredentialError(
      'credential-invalid',
      "The credential is not signed with the device's key. Enrol again if the key is lost.",
      { cause },
    );
  }
  throw new CredentialError('credential-invalid', `The credential is not of type ${tokenType}.`);
}

function decode(payload: string): Uint8Array {
  try {
    return base64url.decode(payload);
  } catch (cause) {
    throw new CredentialError('credential-invalid', 'The credential is no JWT.', { cause });
  }
}

function parseClaims(payload: Uint8Array): Claims {
  try {
    return claimsSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)));
  } catch (cause) {
    throw new CredentialError('credential-invalid', 'The credential lacks claims or has unknown ones.', {
      cause,
    });
  }
}

/** 2026-01-31T14:25:01.000Z; the number itself where it is no date. */
function describeTime(seconds: number): string {
  return Math.abs(seconds) < 8.64e12 ? new Date(seconds * 1000).toISOString() : String(seconds);
}
