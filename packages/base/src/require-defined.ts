/**
 * The value, where our own code guarantees that there is one.
 *
 *     const median = requireDefined(sorted[middle], 'median of the seconds');
 *
 * @param what names the value, for whoever has to find the fault
 * @throws Error if it is undefined, which is a fault of ours
 */
export function requireDefined<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`Fault in Legend: there is no ${what}.`);
  return value;
}
