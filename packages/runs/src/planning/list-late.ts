/** A device with the seconds that it would take. */
export interface DeviceTime {
  readonly id: string;
  readonly seconds: number;
}

/** The devices that take longer than the limit, slowest first, but for as many as it takes to keep `leastKept` in all. */
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

/** The reasons for leaving them out, by id. */
export function explainLate(late: readonly DeviceTime[], limitSeconds: number): ReadonlyMap<string, string> {
  const closes = `the round closes after ${limitSeconds.toFixed(1)} s`;
  return new Map(late.map(({ id, seconds }) => [id, `it would need ${seconds.toFixed(1)} s, ${closes}`]));
}
