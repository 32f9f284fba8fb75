import { pendingEffect } from './pending-effect.ts';
import type { RoundEffect } from './round-effect.ts';
import type { RoundState, RunProgress } from './round-state.ts';

/** The state after an event, and what to do about it, in this order. */
export interface RoundStep {
  readonly state: RoundState;
  readonly effects: readonly RoundEffect[];
}

/** The step into a new phase: `before`, then the effect that this phase waits for. */
export function enterPhase(state: RoundState, before: readonly RoundEffect[] = []): RoundStep {
  return { state, effects: [...before, pendingEffect(state)] };
}

/** The step that stays in its phase and asks for nothing. */
export function stayInPhase(state: RoundState): RoundStep {
  return { state, effects: [] };
}

/** What a state hands on to the next phase. */
export function progressOf(state: RoundState): RunProgress {
  const { formatVersion, settings, round, attempt, capacities, standings, undone } = state;
  const { totals, lastEvaluation, targetReachedRound } = state;
  return {
    formatVersion,
    settings,
    round,
    attempt,
    capacities,
    standings,
    undone,
    totals,
    lastEvaluation,
    targetReachedRound,
  };
}
