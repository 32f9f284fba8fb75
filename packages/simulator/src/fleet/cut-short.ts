import type { CompletionTime } from '@legend-fl/method';

/** Time and traffic of a device's round. */
export interface DeviceEffort {
  readonly time: CompletionTime;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/**
 * The effort of a device that vanishes after this share of its completion time. It downloads, then computes (forward and
 * backward in turn, so both in proportion), then uploads.
 *
 * @param share as in `Presence.vanishes`, 0 … 1
 */
export function cutShort({ time, bytesUp, bytesDown }: DeviceEffort, share: number): DeviceEffort {
  const { downloadSeconds, forwardSeconds, backwardSeconds, uploadSeconds } = time;
  const computeSeconds = forwardSeconds + backwardSeconds;
  const seconds = share * time.seconds;
  const downloaded = shareOf(seconds, downloadSeconds);
  const computed = shareOf(seconds - downloadSeconds, computeSeconds);
  const uploaded = shareOf(seconds - downloadSeconds - computeSeconds, uploadSeconds);
  return {
    time: {
      forwardSeconds: computed * forwardSeconds,
      backwardSeconds: computed * backwardSeconds,
      uploadSeconds: uploaded * uploadSeconds,
      downloadSeconds: downloaded * downloadSeconds,
      seconds,
    },
    bytesUp: Math.floor(uploaded * bytesUp),
    bytesDown: Math.floor(downloaded * bytesDown),
  };
}

/** The share of a phase that is done `seconds` after its start; a phase without length is done at once. */
function shareOf(seconds: number, phaseSeconds: number): number {
  if (seconds <= 0) return 0;
  return seconds >= phaseSeconds ? 1 : seconds / phaseSeconds;
}
