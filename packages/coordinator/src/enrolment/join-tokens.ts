import type { createdTokenSchema, newTokenSchema, TokenView } from '@legend-fl/protocol';
import { hashToken, makeJoinToken, secureRandom } from '@legend-fl/protocol';
import type { z } from 'zod';
import type { StoredToken, TokenStore } from '../store/store.ts';

/** Makes a join token and stores its hash; the answer is the only place where the token itself stands. */
export async function createJoinToken(
  tokens: TokenStore,
  { run, label, uses, seconds }: z.output<typeof newTokenSchema>,
  now: number,
): Promise<z.output<typeof createdTokenSchema>> {
  const token = makeJoinToken(secureRandom);
  const made = {
    id: `t-${Buffer.from(secureRandom(6)).toString('hex')}`,
    hash: await hashToken(token),
    run,
    label,
    usesLeft: uses,
    expiresAt: seconds === null ? null : now + 1000 * seconds,
    createdAt: now,
  };
  await tokens.create(made);
  return { ...viewToken({ ...made, revoked: false, devices: 0, held: false }), token };
}

/** What operators see of a token. */
export function viewToken({
  id,
  run,
  label,
  usesLeft,
  expiresAt,
  revoked,
  devices,
  held,
}: StoredToken): TokenView {
  return { id, run, label, usesLeft, expiresAt, revoked, devices, ...(held && { held }) };
}
