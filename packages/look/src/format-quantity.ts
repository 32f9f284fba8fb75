/** How a group of figures is written, one way for all of them so that they can be compared at a glance. */
export interface Unit {
  readonly name: string;
  readonly divisor: number;
  readonly decimals: number;
}

/** For times from `least` to `seconds`. */
export function unitOfSeconds(seconds: number, least = seconds): Unit {
  if (seconds < 600) return unitFor(seconds, 's', 1, least);
  return seconds < 7200 ? unitFor(seconds, 'min', 60, least) : unitFor(seconds, 'h', 3600, least);
}

/** For sizes from `least` to `bytes`; kilobytes and so on are powers of 1000. */
export function unitOfBytes(bytes: number, least = bytes): Unit {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return unitFor(bytes, units[power] ?? 'B', 1000 ** power, least);
}

/** With the decimals that give the greatest figure three significant digits, and the least one two. */
function unitFor(greatest: number, name: string, divisor: number, least: number): Unit {
  const magnitudeOf = (value: number) => (value > 0 ? Math.floor(Math.log10(value / divisor)) : 0);
  const decimals = Math.max(0, 2 - magnitudeOf(greatest), 1 - magnitudeOf(least));
  return { name, divisor, decimals: Math.min(4, decimals) };
}

/** `25.3 min` */
export function formatIn(unit: Unit, value: number): string {
  return `${formatNumber(unit, value)} ${unit.name}`;
}

/** `25.3` */
export function formatNumber(unit: Unit, value: number): string {
  return (value / unit.divisor).toFixed(unit.decimals);
}

export function formatSeconds(seconds: number): string {
  return formatIn(unitOfSeconds(seconds), seconds);
}

export function formatBytes(bytes: number): string {
  return formatIn(unitOfBytes(bytes), bytes);
}

/** `2.4×` */
export function formatFactor(factor: number): string {
  return `${factor.toFixed(factor < 0.95 ? 2 : 1)}×`;
}

/** `79.2%`; with 0 decimals `79%`. */
export function formatPercent(share: number, decimals = 1): string {
  return `${(share * 100).toFixed(decimals).replace('-', '−')}%`;
}

/** A target, or another share, as a person gave it: `80%`, `82.5%`. */
export function formatTarget(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}
