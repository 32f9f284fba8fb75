import { aggregateUpdates } from './aggregate-updates.ts';
import { collectUpdates } from './collect-updates.ts';
import { evaluateRound } from './evaluate-round.ts';
import type { PhaseResult, PhaseWork } from './phase-work.ts';
import { planNextRound } from './plan-next-round.ts';

/** Carries out the phase that a run is in, from its start or where a restart finds it. Undefined of a run that is over. */
export async function carryOutPhase(work: PhaseWork): Promise<PhaseResult | undefined> {
  const { state } = work.progress;
  switch (state.phase) {
    case 'planning':
      return planNextRound(work);
    case 'collecting':
      return collectUpdates(work, state);
    case 'aggregating':
      return aggregateUpdates(work, state);
    case 'evaluating':
      return evaluateRound(work, state);
    case 'finished':
      return undefined;
  }
}
