import type { RefObject } from 'preact';
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows that are drawn above and below those in sight. */
const ROWS_BEYOND = 8;

interface RowWindow {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The first row that is drawn, and the first one after it that is not. */
  readonly first: number;
  readonly last: number;
  /** Pixels, as the style sheet has it at this width. */
  readonly rowHeight: number;
  /** To call when the element scrolls. */
  look(): void;
}

/**
 * Which of `count` rows are in sight of an element that scrolls. All rows have the same height: `--row-height` of the
 * style sheet, in pixels.
 */
export function useRowWindow(count: number): RowWindow {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 480, rowHeight: 52 });
  const look = useCallback(() => {
    const { current } = scroller;
    if (current === null) return;
    const rowHeight = Number.parseFloat(getComputedStyle(current).getPropertyValue('--row-height'));
    setView({ top: current.scrollTop, height: current.clientHeight, rowHeight });
  }, []);
  // A shorter list moves what is in sight.
  useLayoutEffect(look, [look, count]);
  useLayoutEffect(() => {
    if (scroller.current === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [look]);
  const { top, height, rowHeight } = view;
  return {
    scroller,
    first: Math.max(0, Math.min(count, Math.floor(top / rowHeight)) - ROWS_BEYOND),
    last: Math.min(count, Math.ceil((top + height) / rowHeight) + ROWS_BEYOND),
    rowHeight,
    look,
  };
}
