import { InputError } from '@legend-fl/base';
import { type RoundState, roundStateFormatVersion, upgradeRoundState } from '@legend-fl/method';
import { bounds } from '@legend-fl/protocol';
import type { RunSnapshot } from '../store/store.ts';
import { mendCapacity } from './logged-event.ts';

/**
 * A stored snapshot in this version's layout, with every figure within its bounds; see `mendStoredEvent`.
 * @throws InputError `run-version` of a version that this program does not know
 */
export function readSnapshot(stored: RunSnapshot, run: string): RunSnapshot {
  const state = upgradeRoundState(stored.state);
  if (state !== undefined) return { ...stored, state: mendState(state) };
  throw new InputError({
    code: 'run-version',
    expected: `a run of version ${roundStateFormatVersion} or 2`,
    got: `version ${stored.state.formatVersion}`,
    where: `run ${run}`,
    todo: 'Continue it with the version of Legend that it was begun with, or start a new run in another folder.',
  });
}

function mendState(state: RoundState): RoundState {
  const { totals, lastEvaluation, capacities } = state;
  const whole = (bytes: number) => Math.min(bytes, Number.MAX_SAFE_INTEGER);
  return {
    ...state,
    totals: { ...totals, bytesUp: whole(totals.bytesUp), bytesDown: whole(totals.bytesDown) },
    capacities: capacities.map((chunk) =>
      chunk.map(({ id, capacity }) => ({ id, capacity: mendCapacity(capacity) })),
    ),
    lastEvaluation: lastEvaluation && { ...lastEvaluation, loss: lastEvaluation.loss ?? bounds.loss.max },
  };
}
