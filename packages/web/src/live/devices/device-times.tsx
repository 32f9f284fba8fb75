import { formatFactor, formatSeconds } from '@legend-fl/look';
import type { DeviceView } from '@legend-fl/protocol';
import { checkTimes, type TimeCheck } from './check-device.ts';

/** What the last update took, beside what it should have taken by the device's own figures. */
export function DeviceTimes({ device }: { device: DeviceView }) {
  const check = checkTimes(device);
  if (check === undefined) {
    const { measuredSeconds } = device;
    return <>{measuredSeconds === null ? '–' : formatSeconds(measuredSeconds)}</>;
  }
  const { claimedSeconds, measuredSeconds, differs } = check;
  return (
    <>
      {formatSeconds(measuredSeconds)}
      <small>claimed {formatSeconds(claimedSeconds)}</small>
      {differs && <small class="differs">{describeDifference(check)}</small>}
    </>
  );
}

/** `▲ 2.6× slower`, short enough for the column. */
function describeDifference({ factor }: TimeCheck): string {
  const times = factor > 1 ? factor : 1 / factor;
  const much = times < 100 ? formatFactor(times) : times < 1000 ? `${Math.round(times)}×` : '>999×';
  return factor > 1 ? `▲ ${much} slower` : `▼ ${much} faster`;
}
