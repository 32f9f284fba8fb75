import type { Coordinator } from '@legend-fl/coordinator';
import type { RunView } from '@legend-fl/protocol';

/** A run's first join token. */
export interface FirstToken {
  readonly token: string;
  /** Devices that it admits; null: any number. */
  readonly uses: number | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | null;
}

const WEEK_SECONDS = 7 * 24 * 3600;

/** Makes a join token for a run that has none; null if the run is over or has tokens, which cannot be shown again. */
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
