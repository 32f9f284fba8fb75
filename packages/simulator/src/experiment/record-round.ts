import { type Plan, waitingTime } from '@legend/method';
import type { Score } from '@legend/trainer';
import type { RoundRecord } from '../run-folder/round-record.ts';
import type { DeviceWork } from './train-round.ts';

/**
 * A line of rounds.jsonl.
 * @param clock virtual seconds at the beginning of the round
 */
export function recordRound(
  plan: Plan,
  works: readonly DeviceWork[],
  clock: number,
  score: Score,
): RoundRecord {
  const times = works.map(({ time }) => time.seconds);
  const roundSeconds = Math.max(...times);
  return {
    round: plan.round,
    virtualSeconds: clock + roundSeconds,
    roundSeconds,
    waitingSeconds: waitingTime(times),
    accuracy: score.accuracy,
    loss: score.loss,
    bytesUp: sum(works.map(({ bytesUp }) => bytesUp)),
    bytesDown: sum(works.map(({ bytesDown }) => bytesDown)),
    rankDistribution: [...plan.rankDistribution],
    targetSeconds: plan.targetSeconds,
    predictedSeconds: plan.roundSeconds,
    trainingLoss: sum(works.map(({ update }) => update.loss)) / works.length,
    devices: works.map(({ plan: { id, depth, ranks }, device, update, time }) => ({
      id,
      kind: device.kind,
      mode: device.mode,
      depth,
      ranks: [...ranks],
      ...time,
      examples: update.examples,
      loss: update.loss,
    })),
    excluded: plan.excluded,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
