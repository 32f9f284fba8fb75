import { checkRoundSettings, type RoundSettings } from './round-settings.ts';
import { roundStateFormatVersion } from './round-state.ts';
import { enterPhase, type RoundStep } from './round-step.ts';

/** A new run, about to plan its first round. Throws an InputError about settings that make no sense. */
export function startRounds(settings: RoundSettings): RoundStep {
  checkRoundSettings(settings);
  return enterPhase({
    phase: 'planning',
    formatVersion: roundStateFormatVersion,
    settings,
    round: 1,
    attempt: 1,
    capacities: [],
    standings: [],
    undone: 0,
    totals: { seconds: 0, bytesUp: 0, bytesDown: 0 },
    lastEvaluation: null,
    targetReachedRound: null,
  });
}
