/** With four significant digits: finer is not seen, and makes the page large. */
export function significant(value: number): number {
  return Number(value.toPrecision(4));
}
