import { InputError } from '@legend/base';
import {
  type GlobalState,
  type Plan,
  pendingEffect,
  type RoundEffect,
  type RoundEvent,
  type RoundSettings,
  type RoundState,
  reduceRound,
  type Strategy,
  startRounds,
} from '@legend/method';
import type { Score } from '@legend/trainer';
import type { RoundRecord } from '../run-folder/round-record.ts';
import type { StrategyFolder } from '../run-folder/strategy-folder.ts';
import type { Experiment } from './experiment.ts';
import { type Laboratory, presentDevices, type SimulatedDevice } from './laboratory.ts';
import { recordRound } from './record-round.ts';
import { loadCheckpoint, saveCheckpoint } from './strategy-checkpoint.ts';
import { type DeviceWork, trainRound } from './train-round.ts';

/** How a strategy's run ended. */
export interface StrategyOutcome {
  readonly state: Extract<RoundState, { phase: 'finished' }>;
  readonly global: GlobalState;
  readonly records: readonly RoundRecord[];
  readonly hostSeconds: number;
}

/**
 * Runs one strategy to its end, from its last checkpoint if it has one: carries out what the round reducer asks for,
 * with real training and virtual time. After each round it appends the record and replaces the checkpoint.
 *
 * @param initial the global state before round 1
 * @throws the signal's reason when interrupted, an InputError when training diverges; the checkpoint of the last whole
 * round stands
 */
export async function runStrategy(
  laboratory: Laboratory,
  strategy: Strategy,
  initial: GlobalState,
  folder: StrategyFolder,
): Promise<StrategyOutcome> {
  const { experiment, estimator, onEvent, signal } = laboratory;
  const started = performance.now();
  const saved = await loadCheckpoint(folder.checkpointPath);
  const records = await folder.cutRounds(saved?.state.lastEvaluation?.round ?? 0);
  const hostSeconds = () => (saved?.hostSeconds ?? 0) + (performance.now() - started) / 1000;
  const first = saved
    ? { state: saved.state, effects: [pendingEffect(saved.state)] }
    : startRounds(settingsOf(experiment));
  const effects = [...first.effects];
  let state: RoundState = first.state;
  let global = saved?.global ?? initial;
  let works: readonly DeviceWork[] = [];
  onEvent({ type: 'strategy-started', strategy: strategy.name, roundsDone: records.length });

  const dispatch = (event: RoundEvent): void => {
    const step = reduceRound(state, event, estimator);
    state = step.state;
    effects.push(...step.effects);
  };

  const perform = async (effect: RoundEffect): Promise<void> => {
    switch (effect.type) {
      case 'plan-round': {
        const present = presentDevices(laboratory, effect.round);
        for (const report of capacityReports(laboratory, state, present)) dispatch(report);
        dispatch({ type: 'planned', plan: planRound(laboratory, strategy, state, global, present) });
        return;
      }
      case 'assign': {
        works = await trainRound(laboratory, strategy, global, planOf(state));
        for (const work of works) dispatch(updateReceived(work, effect.attempt));
        return;
      }
      case 'aggregate': {
        const counted = new Set(effect.updates.map(({ id }) => id));
        const updates = works.map(({ update }) => update).filter(({ deviceId }) => counted.has(deviceId));
        global = strategy.finish(
          updates.reduce((sum, update) => strategy.add(sum, update), strategy.begin(global)),
        );
        dispatch({ type: 'aggregated', round: effect.round });
        return;
      }
      case 'evaluate': {
        const plan = planOf(state);
        const score = await laboratory.pool.evaluate(laboratory.test, global.adapter);
        checkScore(score, `${strategy.name}, round ${effect.round}, evaluation`);
        const record = recordRound(plan, works, records.at(-1)?.virtualSeconds ?? 0, score);
        dispatch({ type: 'evaluated', round: effect.round, ...score });
        await folder.appendRound(record);
        await saveCheckpoint(folder.checkpointPath, { state, global, hostSeconds: hostSeconds() });
        records.push(record);
        onEvent({ type: 'round-finished', strategy: strategy.name, record });
        return;
      }
      case 'reject':
        throw new Error(`simulated device ${effect.deviceId} was rejected: ${effect.reason}`);
      case 'repeat-round':
      case 'discard':
      case 'finish':
        return;
    }
  };

  for (let effect = effects.shift(); effect; effect = effects.shift()) {
    signal.throwIfAborted();
    await perform(effect);
  }
  if (state.phase !== 'finished') throw new Error(`the run of ${strategy.name} ended while ${state.phase}`);
  return { state, global, records, hostSeconds: hostSeconds() };
}

/** In a simulation every device of the plan answers, so a round closes with all of them. */
function settingsOf({ rounds, targetAccuracy }: Experiment): RoundSettings {
  return {
    rounds,
    ...(targetAccuracy !== null && { targetAccuracy }),
    minimumUpdates: 1,
    needed: { share: 1 },
    maximumAttempts: 1,
  };
}

/** Devices measure themselves before their first round; an oracle is told every round's capacities in advance. */
function capacityReports(
  { estimator }: Laboratory,
  state: RoundState,
  present: readonly SimulatedDevice[],
): readonly RoundEvent[] {
  const known = new Set(state.capacities.map(({ id }) => id));
  return present
    .filter(({ id }) => estimator.observes === 'present' || !known.has(id))
    .map(({ id, capacity }) => ({ type: 'capacity-reported', deviceId: id, observed: capacity }));
}

function planRound(
  { experiment, profile }: Laboratory,
  strategy: Strategy,
  state: RoundState,
  global: GlobalState,
  present: readonly SimulatedDevice[],
): Plan {
  const estimates = new Map(state.capacities.map(({ id, capacity }) => [id, capacity]));
  return strategy.plan({
    round: state.round,
    profile,
    localSteps: experiment.local.steps,
    trunk: experiment.trunk,
    devices: present.map(({ id, capacity }) => ({ id, capacity: estimates.get(id) ?? capacity })),
    global,
  });
}

function checkScore({ loss }: Score, where: string): void {
  if (Number.isFinite(loss)) return;
  throw new InputError({
    code: 'loss-not-finite',
    expected: 'a finite loss of the global adapter',
    got: String(loss),
    where,
    todo: 'Lower the learning rate, or clip gradients (local.maxGradNorm: 1).',
  });
}

function planOf(state: RoundState): Plan {
  if ('plan' in state) return state.plan;
  throw new Error(`no plan while ${state.phase}`);
}

/** The update as the reducer sees it. A simulated device sends one per round, so its name identifies the content. */
function updateReceived(
  { device, update, time, bytesUp, bytesDown }: DeviceWork,
  attempt: number,
): RoundEvent {
  return {
    type: 'update-received',
    deviceId: device.id,
    round: update.round,
    attempt,
    reference: device.id,
    examples: update.examples,
    observed: device.capacity,
    elapsedSeconds: time.seconds,
    bytesUp,
    bytesDown,
  };
}
