import type { Line, XY } from '@legend-fl/look/charts';
import { averageCurves } from './average-curves.ts';
import { chooseEvenly } from './choose-evenly.ts';
import type { SeriesView } from './report-view.ts';

/** Points per line, more than a screen shows. */
const drawnPoints = 240;

export interface SeriesLine {
  /** The points of each seed, in the units of the axes. */
  readonly curves: readonly (readonly (XY & { readonly place: string })[])[];
  /** Steps of the mean's grid. */
  readonly steps: number;
  formatY(value: number): string;
  formatX(value: number): string;
}

/** A series as a line: of one seed its points, of several the mean with the seeds behind it and their range. */
export function seriesLine(
  { label, tone, dash }: SeriesView,
  { curves, steps, formatX, formatY }: SeriesLine,
): Line {
  const [only = []] = curves;
  if (curves.length < 2) {
    return { label, tone, dash, points: chooseEvenly(only, drawnPoints) };
  }
  const average = averageCurves(curves, steps);
  return {
    label,
    tone,
    dash,
    points: average.map(({ x, mean, min, max }) => ({
      x,
      y: mean,
      place: `${formatY(min)} to ${formatY(max)}, ${formatX(x)}`,
    })),
    band: average.map(({ x, min, max }) => ({ x, low: min, high: max })),
    single: curves.map((points) => chooseEvenly(points, drawnPoints)),
  };
}
