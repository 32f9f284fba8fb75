import type { ComponentChildren } from 'preact';

/** Values at a place of a chart, above it, on the side where there is room. */
export function Tip({ x, width, children }: { x: number; width: number; children: ComponentChildren }) {
  const side = x > width / 2 ? { right: `${width - x + 12}px` } : { left: `${x + 12}px` };
  return (
    <div class="chart-tip" role="status" style={side}>
      {children}
    </div>
  );
}
