/** A colour of the palette between the shallowest, at 0, and the deepest, at 1. */
export function shade(share: number): string {
  return `color-mix(in oklab, var(--deep) ${Math.round(share * 100)}%, var(--shallow))`;
}
