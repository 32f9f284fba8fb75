import { type Plan, waitingTime } from '@legend-fl/method';
import type { DeviceRecord, RoundRecord } from '@legend-fl/runs';
import type { Score } from '@legend-fl/trainer';
import type { DeviceWork } from './play-device.ts';

/**
 * A line of rounds.jsonl. The round lasts until the last device has answered or vanished; devices that answered wait until then.
 * @param clock virtual seconds at the start of the round
 */
export function recordRound(
  plan: Plan,
  works: readonly DeviceWork[],
  clock: number,
  score: Score,
): RoundRecord {
  const roundSeconds = greatest(works.map(({ time }) => time.seconds));
  const answered = works.flatMap(({ time: { seconds }, loss }) => (loss === null ? [] : [{ seconds, loss }]));
  const answers = answered.map(({ seconds }) => seconds);
  return {
    round: plan.round,
    virtualSeconds: clock + roundSeconds,
    roundSeconds,
    waitingSeconds: waitingTime(answers) + (roundSeconds - greatest(answers)),
    accuracy: score.accuracy,
    loss: score.loss,
    bytesUp: sum(works.map(({ bytesUp }) => bytesUp)),
    bytesDown: sum(works.map(({ bytesDown }) => bytesDown)),
    rankDistribution: [...plan.rankDistribution],
    targetSeconds: plan.targetSeconds,
    predictedSeconds: plan.roundSeconds,
    trainingLoss: sum(answered.map(({ loss }) => loss)) / answered.length,
    devices: works.map(recordDevice),
    excluded: plan.excluded,
  };
}

function recordDevice(work: DeviceWork): DeviceRecord {
  const { plan, device, loss, dropped, scale, time, bytesUp, bytesDown } = work;
  return {
    id: plan.id,
    kind: device.kind,
    mode: device.mode,
    depth: plan.depth,
    ranks: [...plan.ranks],
    ...time,
    examples: device.examples.length,
    bytesUp,
    bytesDown,
    capacity: { ...device.capacity },
    ...(device.attack !== null && { attack: device.attack }),
    ...(loss !== null && { loss }),
    ...(dropped !== null && { dropped }),
    ...(scale < 1 && { clipped: scale }),
  };
}

/** Unlike Math.max, it takes any number of values. */
function greatest(values: readonly number[]): number {
  return values.reduce((one, other) => Math.max(one, other), 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
