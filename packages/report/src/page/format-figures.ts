/** Three significant digits, without an exponent. */
export function threeDigits(value: number): string {
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}

/** `1 device`, `12,000 devices` */
export function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
