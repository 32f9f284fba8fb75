import { findEntry } from './device-table.ts';
import type { AggregateUpdates, AssignDevices, RoundEffect } from './round-effect.ts';
import { type AggregatingState, type CollectingState, listUpdates, type RoundState } from './round-state.ts';

/**
 * The effect whose answer the run awaits. `reduceRound` emits it on entering a phase; a driver that continues from a
 * stored state carries it out (again), so that a crash between storing a state and its effects loses nothing.
 */
export function pendingEffect(state: RoundState): RoundEffect {
  switch (state.phase) {
    case 'planning':
      return { type: 'plan-round', round: state.round, attempt: state.attempt };
    case 'collecting':
      return assignPendingDevices(state);
    case 'aggregating':
      return aggregateUpdates(state);
    case 'evaluating':
      return { type: 'evaluate', round: state.round };
    case 'finished':
      return { type: 'finish', reason: state.reason };
  }
}

function assignPendingDevices({ round, attempt, plan, devices }: CollectingState): AssignDevices {
  const pending = plan.devices.filter(({ id }) => findEntry(devices, id)?.status === 'assigned');
  return { type: 'assign', round, attempt, devices: pending };
}

function aggregateUpdates(state: AggregatingState): AggregateUpdates {
  return { type: 'aggregate', round: state.round, updates: listUpdates(state) };
}
