import { createHash } from 'node:crypto';
import { securityHeaders } from './security-headers.ts';

/** Path that everything but the pages themselves lies under, without a slash at the end. */
export const ASSETS = '/assets';

/** For files whose name says what is in them, so that they never change. */
export const assetHeaders = {
  ...securityHeaders,
  'Cache-Control': 'public, max-age=31536000, immutable',
};

/** Part of a file's name that changes with its content. */
export function shortHash(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}
