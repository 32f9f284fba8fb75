import type { SVGAttributes } from 'preact';
import { useState } from 'preact/hooks';
import type { XY } from './plot.ts';
import type { ScreenPlace } from './tip.tsx';

interface Choosing<Mark> {
  /** What is at a place of the chart. */
  find(place: XY): Mark | undefined;
  /** Where an arrow key leads; from nowhere where nothing is chosen yet. Of charts that the keyboard can walk through. */
  step?(key: string, from: Mark | undefined): Mark | undefined;
  /** Where in the chart a mark stands, for the tip of what the keyboard has chosen. */
  placeOf(mark: Mark): XY;
}

interface Choice<Mark> {
  readonly chosen: Mark | undefined;
  readonly at: ScreenPlace;
  /** Of the chart's `<svg>`. */
  readonly handlers: SVGAttributes<SVGSVGElement>;
}

/** What of a chart the pointer is over, or the arrow keys have come to. */
export function useChoice<Mark>({ find, step, placeOf }: Choosing<Mark>): Choice<Mark> {
  const [choice, choose] = useState<{ readonly mark: Mark; readonly at: ScreenPlace }>();
  const point = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const mark = find(toChart(event.currentTarget, event));
    const { clientX, clientY } = event;
    choose(mark === undefined ? undefined : { mark, at: { clientX, clientY } });
  };
  const leave = () => choose(undefined);
  const go = (svg: SVGSVGElement, key: string): boolean => {
    const mark = step?.(key, choice?.mark);
    if (mark === undefined) return false;
    choose({ mark, at: toScreen(svg, placeOf(mark)) });
    return true;
  };
  const byPointer = { onPointerMove: point, onPointerDown: point, onPointerLeave: leave };
  const byKeyboard = step && {
    tabindex: 0,
    onKeyDown: (event: KeyboardEvent & { currentTarget: SVGSVGElement }) => {
      if (go(event.currentTarget, event.key)) event.preventDefault();
    },
    onBlur: leave,
  };
  return {
    chosen: choice?.mark,
    at: choice?.at ?? { clientX: 0, clientY: 0 },
    handlers: { ...byPointer, ...byKeyboard },
  };
}

/** A position in a row of so many, from its end where none is chosen yet; undefined for other keys. */
export function stepWithin(
  length: number,
  [back, forth]: readonly [back: string, forth: string],
): (key: string, from: number | undefined) => number | undefined {
  return (key, from) => {
    if (length === 0 || (key !== back && key !== forth)) return undefined;
    return clamp((from ?? length) + (key === back ? -1 : 1), length);
  };
}

export function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(length - 1, index));
}

/** Where the event is, in the chart's own units. */
function toChart(svg: SVGSVGElement, { clientX, clientY }: ScreenPlace): XY {
  const box = svg.getBoundingClientRect();
  const scale = svg.viewBox.baseVal.width / box.width;
  return { x: (clientX - box.left) * scale, y: (clientY - box.top) * scale };
}

function toScreen(svg: SVGSVGElement, { x, y }: XY): ScreenPlace {
  const box = svg.getBoundingClientRect();
  const scale = box.width / svg.viewBox.baseVal.width;
  return { clientX: box.left + x * scale, clientY: box.top + y * scale };
}
