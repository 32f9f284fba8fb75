/** `8.31 s`, `12.4 min`, `2.5 h` */
export function formatDuration(seconds: number): string {
  if (seconds < 600) return `${threeDigits(seconds)} s`;
  return seconds < 7200 ? `${threeDigits(seconds / 60)} min` : `${threeDigits(seconds / 3600)} h`;
}

/** Three significant digits, without an exponent. */
export function threeDigits(value: number): string {
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}

/** `1 device`, `12,000 devices` */
export function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
