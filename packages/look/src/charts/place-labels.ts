export interface LabelAnchor {
  /** Left end of the text. */
  readonly x: number;
  readonly width: number;
  /** Where the text's middle wants to be. */
  readonly y: number;
}

/**
 * Heights for labels so that none lies on another: each moves down past those above it that it would touch, then all
 * move up as far as the lowest hangs below `bottom`. In the order of `anchors`.
 */
export function placeLabels(
  anchors: readonly LabelAnchor[],
  { lineHeight, bottom }: { readonly lineHeight: number; readonly bottom: number },
): number[] {
  const order = [...anchors.keys()].sort((one, other) => yOf(anchors, one) - yOf(anchors, other));
  const placed = new Map<number, number>();
  for (const index of order) {
    let y = yOf(anchors, index);
    for (const [other, otherY] of placed) {
      if (overlapAcross(anchors[index], anchors[other])) y = Math.max(y, otherY + lineHeight);
    }
    placed.set(index, y);
  }
  const excess = Math.max(0, ...[...placed.values()].map((y) => y - bottom));
  return anchors.map((_, index) => (placed.get(index) ?? 0) - excess);
}

function yOf(anchors: readonly LabelAnchor[], index: number): number {
  return anchors[index]?.y ?? 0;
}

function overlapAcross(one: LabelAnchor | undefined, other: LabelAnchor | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.x < other.x + other.width && other.x < one.x + one.width;
}
