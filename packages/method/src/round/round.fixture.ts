import type { Capacity, CapacityEstimator } from '../capacity.ts';
import type { Plan } from '../plan.ts';
import { devicePlanOf } from '../testing/round-contexts.ts';
import type { DeviceDropped, UpdateReceived } from './round-event.ts';
import type { RoundSettings } from './round-settings.ts';

/** Halfway between the estimate and the observation, so that an observation counted twice shows. */
export const halfway: CapacityEstimator = {
  estimate: (previous, observed) => ({
    ...observed,
    forwardSecondsPerBlock:
      ((previous ?? observed).forwardSecondsPerBlock + observed.forwardSecondsPerBlock) / 2,
  }),
};

export function capacityOf(forwardSecondsPerBlock: number): Capacity {
  return {
    forwardSecondsPerBlock,
    backwardSecondsPerBlock: 2,
    uploadSecondsPerByte: 1e-6,
    downloadSecondsPerByte: 1e-6,
    memoryBytes: 1e9,
  };
}

export function settingsOf(settings: Partial<RoundSettings> = {}): RoundSettings {
  return { rounds: 3, minimumUpdates: 1, needed: { share: 1 }, maximumAttempts: 2, ...settings };
}

/** @param unawaited those that the round does not wait for */
export function planOf(round: number, ids: readonly string[], unawaited: readonly string[] = []): Plan {
  return {
    round,
    strategy: 'legend',
    localSteps: 5,
    targetSeconds: 60,
    roundSeconds: 60,
    waitingSeconds: 0,
    rankDistribution: [4, 8],
    devices: ids.map((id) =>
      devicePlanOf({
        id,
        ranks: [8],
        seconds: 60,
        memoryBytes: 1e8,
        ...(unawaited.includes(id) && { awaited: false }),
      }),
    ),
    excluded: [],
  };
}

export function updateOf(deviceId: string, event: Partial<UpdateReceived> = {}): UpdateReceived {
  return {
    type: 'update-received',
    deviceId,
    round: 1,
    attempt: 1,
    reference: `update of ${deviceId}`,
    examples: 16,
    elapsedSeconds: 40,
    bytesUp: 100,
    bytesDown: 200,
    ...event,
  };
}

export function dropOf(deviceId: string, event: Partial<DeviceDropped> = {}): DeviceDropped {
  return {
    type: 'device-dropped',
    deviceId,
    round: 1,
    attempt: 1,
    reason: 'it left',
    elapsedSeconds: 30,
    bytesUp: 0,
    bytesDown: 200,
    ...event,
  };
}
