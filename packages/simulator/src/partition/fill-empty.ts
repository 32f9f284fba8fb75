/** Gives every empty share one item of the largest one. There must be as many items as shares. */
export function fillEmpty(shares: readonly unknown[][]): void {
  for (const share of shares) {
    if (share.length > 0) continue;
    const largest = shares.reduce((one, other) => (other.length > one.length ? other : one));
    share.push(...largest.splice(-1));
  }
}
