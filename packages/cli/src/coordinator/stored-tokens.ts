import { InputError } from '@legend/base';
import { hashToken, makeJoinToken, secureRandom, type TokenView } from '@legend/federation';
import type { Store, StoredToken } from '@legend/federation/node';
import type { TokenDesk } from './token-desk.ts';

/** Join tokens in the store of a coordinator that does not run at present. */
export function storedTokens({ runs, tokens }: Store, now: () => number): TokenDesk {
  return {
    async listRuns() {
      return (await runs.list()).filter(({ failure }) => failure === null).map(({ id }) => id);
    },
    async create({ run, label, uses, seconds }) {
      const token = makeJoinToken(secureRandom);
      const made = {
        id: `t-${crypto.randomUUID().slice(0, 13)}`,
        hash: await hashToken(token),
        run,
        label,
        usesLeft: uses,
        expiresAt: seconds === null ? null : now() + 1000 * seconds,
        createdAt: now(),
      };
      await tokens.create(made);
      return { ...viewToken({ ...made, revoked: false, devices: 0 }), token };
    },
    async list() {
      return (await tokens.list()).map(viewToken);
    },
    async revoke(id) {
      if (!(await tokens.revoke(id))) throw unknownToken(id);
    },
  };
}

function unknownToken(id: string): InputError {
  return new InputError({
    code: 'token-unknown',
    expected: 'the id of a join token',
    got: `"${id}"`,
    where: 'token',
    todo: 'See `legend token list`.',
  });
}

function viewToken({ id, run, label, usesLeft, expiresAt, revoked, devices }: StoredToken): TokenView {
  return { id, run, label, usesLeft, expiresAt, revoked, devices };
}
