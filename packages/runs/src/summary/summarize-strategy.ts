import type { RoundRecord } from '../round-record.ts';
import type { StrategySummary } from './summary.ts';

/** The figures of a round that a summary needs; their size does not depend on the number of devices. */
export type RoundFigures = Pick<
  RoundRecord,
  'round' | 'virtualSeconds' | 'waitingSeconds' | 'accuracy' | 'bytesUp' | 'bytesDown'
>;

export function figuresOf(record: RoundRecord): RoundFigures {
  const { round, virtualSeconds, waitingSeconds, accuracy, bytesUp, bytesDown } = record;
  return { round, virtualSeconds, waitingSeconds, accuracy, bytesUp, bytesDown };
}

export interface StrategyRun {
  readonly name: string;
  readonly rounds: readonly RoundFigures[];
  readonly targetAccuracy: number | null;
  readonly hostSeconds: number;
}

/** A strategy's entry in the summary, from its rounds in order. */
export function summarizeStrategy({
  name,
  rounds,
  targetAccuracy,
  hostSeconds,
}: StrategyRun): StrategySummary {
  let bestAccuracy: number | null = null;
  let finalAccuracy: number | null = null;
  let secondsToTarget: number | null = null;
  let bytesToTarget: number | null = null;
  let bytesUp = 0;
  let bytesDown = 0;
  let waitingSeconds = 0;
  for (const round of rounds) {
    bytesUp += round.bytesUp;
    bytesDown += round.bytesDown;
    waitingSeconds += round.waitingSeconds;
    if (round.accuracy === null) continue;
    finalAccuracy = round.accuracy;
    bestAccuracy = Math.max(bestAccuracy ?? 0, round.accuracy);
    if (targetAccuracy !== null && secondsToTarget === null && round.accuracy >= targetAccuracy) {
      secondsToTarget = round.virtualSeconds;
      bytesToTarget = bytesUp + bytesDown;
    }
  }
  return {
    name,
    rounds: rounds.length,
    finalAccuracy,
    bestAccuracy,
    targetAccuracy,
    secondsToTarget,
    bytesToTarget,
    virtualSeconds: rounds.at(-1)?.virtualSeconds ?? 0,
    bytesUp,
    bytesDown,
    meanWaitingSeconds: rounds.length === 0 ? 0 : waitingSeconds / rounds.length,
    hostSeconds,
  };
}
