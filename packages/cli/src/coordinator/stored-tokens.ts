import { InputError } from '@legend-fl/base';
import { createJoinToken, type Store, viewToken } from '@legend-fl/coordinator';
import type { JoinTokens } from './join-tokens.ts';

/** Join tokens in the store of a coordinator that is not running. */
export function storedTokens({ runs, tokens }: Store, now: () => number): JoinTokens {
  return {
    async listRuns() {
      return (await runs.list()).filter(({ failure }) => failure === null).map(({ id }) => id);
    },
    create: (token) => createJoinToken(tokens, token, now()),
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
