import type { ComponentChildren } from 'preact';
import { useWidth } from './use-width.ts';

/** Where a chart is drawn. */
export interface Frame {
  /** Draws at this width, whatever room there is: for files of their own. */
  readonly width?: number | undefined;
  /** Widths to draw at until the room is measured, and for good where scripts don't run: on wide and narrow screens. */
  readonly still?: readonly [wide: number, narrow: number] | undefined;
}

/** Draws anew whenever there is another width to draw at. */
export function Fitted({
  width,
  still,
  height,
  draw,
}: Frame & {
  /** Least height in pixels, so that a page doesn't jump when the chart is drawn. */
  readonly height?: number;
  draw(width: number): ComponentChildren;
}) {
  const [element, measured] = useWidth<HTMLDivElement>();
  if (width !== undefined) return <>{draw(width)}</>;
  const [wide, narrow] = still ?? [];
  return (
    <div
      class="drawing"
      ref={element}
      style={height === undefined ? undefined : { minHeight: `${height}px` }}
    >
      {measured > 0 && draw(measured)}
      {measured === 0 && wide !== undefined && (
        <>
          <div class="wide">{draw(wide)}</div>
          <div class="narrow">{draw(narrow ?? wide)}</div>
        </>
      )}
    </div>
  );
}
