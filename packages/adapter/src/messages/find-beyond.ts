/**
 * The first value that is not below `limit` in size, NaN among them, or undefined. With a limit of infinity, the first
 * that is not finite. A loop: TypedArray.find takes twenty times as long.
 */
export function findBeyond(values: Float32Array, limit: number): number | undefined {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (!(Math.abs(value) < limit)) return value;
  }
  return undefined;
}
