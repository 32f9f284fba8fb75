import type { Coordinator } from '@legend-fl/coordinator';
import type { RunView } from '@legend-fl/protocol';

/** What a run's first join token lets in. */
export interface FirstToken {
  readonly token: string;
  /** Devices; null: any number. */
  readonly uses: number | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | null;
}

const WEEK_SECONDS = 7 * 24 * 3600;

/** A join token for a run that has none yet; null for others, whose tokens nobody knows. */
export async function firstJoinToken(
  { forOperators }: Coordinator,
  { id, status }: RunView,
  uses: number | 'any',
): Promise<FirstToken | null> {
  if (status === 'finished' || status === 'failed') return null;
  const tokens = await forOperators.listTokens();
  if (tokens.some(({ run }) => run === id)) return null;
  const { token, usesLeft, expiresAt } = await forOperators.createToken({
    run: id,
    label: 'first',
    uses: uses === 'any' ? null : uses,
    seconds: WEEK_SECONDS,
  });
  return { token, uses: usesLeft, expiresAt };
}
