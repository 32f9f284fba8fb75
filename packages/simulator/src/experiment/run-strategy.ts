import type { Adapter } from '@legend-fl/adapter';
import { locateProblem } from '@legend-fl/base';
import {
  findEntry,
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
} from '@legend-fl/method';
import { checkScore, figuresOf, type RoundFigures, wholeAdapter } from '@legend-fl/runs';
import type { StrategyFolder } from '@legend-fl/runs/node';
import { drawRoundDevices, type SimulatedDevice } from './draw-round-devices.ts';
import type { Experiment } from './experiment.ts';
import { noteChange } from './note-change.ts';
import { planExperimentRound } from './plan-experiment-round.ts';
import type { DeviceWork } from './play-device.ts';
import { recordRound } from './record-round.ts';
import { refreshTrunk, startTensors } from './run-tensors.ts';
import type { Simulation } from './simulation.ts';
import { loadCheckpoint, saveCheckpoint } from './strategy-checkpoint.ts';
import { type TrainedRound, trainRound } from './train-round.ts';

/** How a strategy's run ended. */
export interface StrategyOutcome {
  readonly state: Extract<RoundState, { phase: 'finished' }>;
  /** The final global adapter, merged changes included. */
  readonly adapter: Adapter;
  readonly rounds: readonly RoundFigures[];
  readonly hostSeconds: number;
}

/**
 * Runs one strategy to its end, from its last checkpoint if it has one: performs the effects that the round reducer asks for,
 * with real training and virtual time. After each round it appends the record and replaces the checkpoint.
 *
 * @param initial the global state before round 1
 * @throws the signal's reason if interrupted, an InputError that names the round if training diverges or the strategy fails;
 * the checkpoint of the last whole round stays
 */
export async function runStrategy(
  simulation: Simulation,
  strategy: Strategy,
  initial: GlobalState,
  folder: StrategyFolder,
): Promise<StrategyOutcome> {
  const { name, strategyFile, experiment, estimator, onEvent, signal } = simulation;
  const started = performance.now();
  const saved = await loadCheckpoint(folder.checkpointPath);
  const before = await folder.cutRounds(saved?.state.lastEvaluation?.round ?? 0, (record) => ({
    figures: figuresOf(record),
    strategySha256: record.strategySha256,
  }));
  const rounds = before.map(({ figures }) => figures);
  const hostSeconds = () => (saved?.hostSeconds ?? 0) + (performance.now() - started) / 1000;
  const first = saved
    ? { state: saved.state, effects: [pendingEffect(saved.state)] }
    : startRounds(settingsOf(experiment));
  const effects = [...first.effects];
  let state: RoundState = first.state;
  let tensors = saved?.tensors ?? startTensors(initial);
  let present: readonly SimulatedDevice[] = [];
  let trained: TrainedRound = { works: [], global: tensors.global, norms: tensors.norms };
  noteChange(simulation, before.at(-1)?.strategySha256, onEvent);
  onEvent({ type: 'strategy-started', strategy: name, roundsDone: rounds.length });

  const dispatch = (event: RoundEvent): void => {
    const step = reduceRound(state, event, estimator);
    state = step.state;
    effects.push(...step.effects);
  };

  const perform = async (effect: RoundEffect): Promise<void> => {
    switch (effect.type) {
      case 'plan-round': {
        present = drawRoundDevices(simulation, effect.round);
        for (const report of capacityReports(simulation, state, present)) dispatch(report);
        tensors = refreshTrunk(tensors, experiment, effect.round);
        dispatch({
          type: 'planned',
          plan: planExperimentRound(simulation, strategy, state, tensors, present),
        });
        return;
      }
      case 'assign': {
        trained = await trainRound(simulation, strategy, tensors, planOf(state), present);
        const { works } = trained;
        const memories = new Map([
          ...tensors.memories,
          ...works.map(({ device, memory }) => [device.id, memory] as const),
        ]);
        tensors = { ...tensors, memories };
        const inTime = works.toSorted((a, b) => a.time.seconds - b.time.seconds);
        for (const work of inTime) dispatch(reportOf(work, effect.round, effect.attempt));
        return;
      }
      case 'aggregate': {
        // All updates, as `settingsOf` requires; they were added up as they arrived.
        tensors = { ...tensors, global: trained.global, norms: trained.norms };
        dispatch({ type: 'aggregated', round: effect.round });
        return;
      }
      case 'evaluate': {
        const plan = planOf(state);
        const score = await simulation.trainer.evaluate(simulation.test, wholeAdapter(tensors.global));
        checkScore(score);
        const record = {
          ...recordRound(plan, trained.works, rounds.at(-1)?.virtualSeconds ?? 0, score),
          ...(strategyFile && { strategySha256: strategyFile.sha256 }),
        };
        dispatch({ type: 'evaluated', round: effect.round, ...score });
        await folder.appendRound(record);
        await saveCheckpoint(folder.checkpointPath, { state, tensors, hostSeconds: hostSeconds() });
        rounds.push(figuresOf(record));
        onEvent({ type: 'round-finished', strategy: name, record });
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
    await perform(effect).catch((error: unknown) => {
      throw locateProblem(error, `${name}, round ${state.round}`);
    });
  }
  if (state.phase !== 'finished') throw new Error(`the run of ${name} ended while ${state.phase}`);
  return { state, adapter: wholeAdapter(tensors.global), rounds, hostSeconds: hostSeconds() };
}

/** Every device of the plan either answers or vanishes, so a round closes with all of them. */
function settingsOf({ rounds, targetAccuracy, stopAtTarget }: Experiment): RoundSettings {
  return {
    rounds,
    ...(targetAccuracy !== null && stopAtTarget && { targetAccuracy }),
    minimumUpdates: 1,
    needed: { share: 1 },
    maximumAttempts: 1,
  };
}

/** Devices measure themselves before their first round; an oracle knows every round's capacities in advance. */
function capacityReports(
  { estimator }: Simulation,
  state: RoundState,
  present: readonly SimulatedDevice[],
): readonly RoundEvent[] {
  return present
    .filter(({ id }) => estimator.observes === 'present' || !findEntry(state.capacities, id))
    .map(({ id, capacity }) => ({ type: 'capacity-reported', deviceId: id, observed: capacity }));
}

function planOf(state: RoundState): Plan {
  if ('plan' in state) return state.plan;
  throw new Error(`no plan while ${state.phase}`);
}

/** The event that ends a device's round. A device sends one update per round, so its name identifies the update. */
function reportOf(
  { device, dropped, time, bytesUp, bytesDown }: DeviceWork,
  round: number,
  attempt: number,
): RoundEvent {
  const result = { deviceId: device.id, round, attempt, elapsedSeconds: time.seconds, bytesUp, bytesDown };
  if (dropped !== null) return { type: 'device-dropped', ...result, reason: dropped };
  return {
    type: 'update-received',
    ...result,
    reference: device.id,
    examples: device.examples.length,
    observed: device.capacity,
  };
}
