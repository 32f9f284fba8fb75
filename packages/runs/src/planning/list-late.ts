/** A device and the seconds that it would take. */
export interface DeviceTime {
  readonly id: string;
  readonly seconds: number;
}

/** The devices that take longer than the limit, slowest first, but never so many that fewer than `leastKept` would remain. */
export function listLate(
  devices: readonly DeviceTime[],
  limitSeconds: number,
  leastKept: number,
): readonly DeviceTime[] {
  return devices
    .filter(({ seconds }) => seconds > limitSeconds)
    .sort((one, other) => other.seconds - one.seconds)
    .slice(0, Math.max(0, devices.length - leastKept));
}

/** Why each late device is left out, by id. */
export function explainLate(late: readonly DeviceTime[], limitSeconds: number): ReadonlyMap<string, string> {
  const closes = `the round closes after ${limitSeconds.toFixed(1)} s`;
  return new Map(late.map(({ id, seconds }) => [id, `it would need ${seconds.toFixed(1)} s, ${closes}`]));
}
