import type { LeftOut } from '@legend-fl/method';
import type { RunProgress, ScoreFigures } from '../log/run-progress.ts';
import type { RunSettings } from '../settings/run-settings.ts';

/**
 * Why the result of a round must not be kept; undefined where it may. A loss that has doubled, by default, is more than
 * one round of honest training does; losses below that of a blind guess may do so, as they are small.
 * @param before the loss of the round before
 */
export function findFault(
  loss: number,
  before: number,
  {
    settings: { maximumLossRise },
    blindGuess,
  }: { readonly settings: Pick<RunSettings, 'maximumLossRise'>; readonly blindGuess: ScoreFigures },
): string | undefined {
  const most = maximumLossRise * Math.max(before, blindGuess.loss);
  if (loss <= most) return undefined;
  const what = Number.isFinite(loss) ? `a loss of ${loss.toFixed(3)}` : 'a loss that is no number';
  return `it ends with ${what}, after ${before.toFixed(3)} before; at most ${most.toFixed(3)} is kept (maximumLossRise).`;
}

/** The devices whose updates stood out in the attempt under way. */
export function listSuspects(progress: RunProgress): LeftOut[] {
  return [...progress.clippedNow].map(([deviceId]) => ({
    deviceId,
    reason: 'its update had to be clipped in a round that came out worse',
  }));
}
