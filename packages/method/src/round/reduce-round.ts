import type { CapacityEstimator } from '../capacity.ts';
import { closeRound, finishRun, isComplete, repeatRound } from './close-round.ts';
import { compareAttempts } from './compare-attempts.ts';
import { judgeDevice } from './device-standing.ts';
import { putEntry, tableOf } from './device-table.ts';
import { observeCapacity } from './observe-capacity.ts';
import { dropDevice, receiveUpdate, rejectEvent } from './receive-result.ts';
import type { Aggregated, DeadlinePassed, Evaluated, Planned, RoundEvent, Undone } from './round-event.ts';
import type { CollectingState, FinishedState, RoundState } from './round-state.ts';
import { enterPhase, progressOf, type RoundStep, stayInPhase } from './round-step.ts';

/**
 * The round logic of simulator and coordinator: one event in, the next state and what to do about it out. Arguments are
 * left alone; store the state, then carry out the effects. `estimator` must be the same throughout a run.
 *
 * An event from a device never throws. An event from the driver that does not fit the phase throws an Error, except
 * after the end of the run, when what is still under way may come in.
 */
export function reduceRound(state: RoundState, event: RoundEvent, estimator: CapacityEstimator): RoundStep {
  if (state.phase === 'finished') return ignoreAfterFinish(state, event);
  switch (event.type) {
    case 'capacity-reported': {
      const { deviceId, observed } = event;
      const capacities = observeCapacity(state.capacities, deviceId, observed, estimator);
      return stayInPhase({ ...state, capacities });
    }
    case 'update-received':
      return receiveUpdate(state, event, estimator);
    case 'device-dropped':
      return dropDevice(state, event);
    case 'planned':
      return openRound(state, event);
    case 'deadline-passed':
      return passDeadline(state, event);
    case 'aggregated':
      return evaluateRound(state, event);
    case 'evaluated':
      return concludeRound(state, event);
    case 'undone':
      return undoRound(state, event);
    case 'stopped':
      return finishRun(state, 'stopped');
  }
}

/** A device is told, so that it never takes silence for acceptance. */
function ignoreAfterFinish(state: FinishedState, event: RoundEvent): RoundStep {
  if (!('deviceId' in event)) return stayInPhase(state);
  return rejectEvent(state, event, { code: 'run-finished', reason: `The run is over: ${state.reason}.` });
}

function openRound(state: RoundState, event: Planned): RoundStep {
  const { plan } = event;
  if (state.phase !== 'planning' || plan.round !== state.round) throw misfit(state, event.type, plan.round);
  const awaited = plan.devices.filter((device) => device.awaited !== false).length;
  const opened: CollectingState = {
    ...progressOf(state),
    phase: 'collecting',
    plan,
    devices: tableOf(plan.devices.map(({ id }, place) => ({ id, status: 'assigned', place }))),
    pending: plan.devices.length,
    updated: 0,
    awaited: { assigned: awaited, pending: awaited, updated: 0 },
  };
  return isComplete(opened) ? closeRound(opened, 0) : enterPhase(opened);
}

function passDeadline(state: RoundState, event: DeadlinePassed): RoundStep {
  const order = compareAttempts(event, state);
  if (order < 0) return stayInPhase(state);
  if (order > 0 || state.phase === 'planning') throw misfit(state, event.type, event.round);
  return state.phase === 'collecting' ? closeRound(state, event.elapsedSeconds, true) : stayInPhase(state);
}

function evaluateRound(state: RoundState, event: Aggregated): RoundStep {
  if (state.phase !== 'aggregating' || event.round !== state.round) {
    throw misfit(state, event.type, event.round);
  }
  let { devices, standings } = state;
  for (const { deviceId: id, reason } of event.leftOut ?? []) {
    devices = putEntry(devices, { id, status: 'dropped', reason });
    // Grave: its punctual delivery has just cleared whatever was held against it.
    standings = judgeDevice(standings, id, state.round, { kind: 'fault', severity: 'grave', reason });
  }
  return enterPhase({ ...state, devices, standings, phase: 'evaluating' });
}

function concludeRound(state: RoundState, event: Evaluated): RoundStep {
  if (state.phase !== 'evaluating' || event.round !== state.round) {
    throw misfit(state, event.type, event.round);
  }
  const { settings, round } = state;
  const { accuracy, loss } = event;
  const evaluated = { ...state, lastEvaluation: { round, accuracy, loss } };
  if (settings.targetAccuracy !== undefined && accuracy >= settings.targetAccuracy) {
    return finishRun({ ...evaluated, targetReachedRound: round }, 'target-reached');
  }
  if (round >= settings.rounds) return finishRun(evaluated, 'last-round');
  return enterPhase({ ...progressOf(evaluated), phase: 'planning', round: round + 1, attempt: 1, undone: 0 });
}

function undoRound(state: RoundState, event: Undone): RoundStep {
  const { round, attempt, reason, suspects } = event;
  if (state.phase !== 'evaluating' || compareAttempts(event, state) !== 0) {
    throw misfit(state, event.type, round);
  }
  const standings = suspects.reduce(
    (table, suspect) =>
      judgeDevice(table, suspect.deviceId, round, {
        kind: 'fault',
        severity: 'suspect',
        reason: suspect.reason,
      }),
    state.standings,
  );
  const undone: RoundState = {
    ...state,
    standings,
    undone: suspects.length === 0 ? state.undone + 1 : state.undone,
  };
  return repeatRound(undone, `Attempt ${attempt} is not kept: ${reason}`, 'no-good-round');
}

function misfit(state: RoundState, type: RoundEvent['type'], round: number): Error {
  return new Error(
    `Event ${type} of round ${round} does not fit phase ${state.phase} of round ${state.round}.`,
  );
}
