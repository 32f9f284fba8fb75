import { formatIn, formatPercent, formatTarget, unitOfBytes, unitOfSeconds } from '@legend-fl/look';
import type { Line, LineChartProps } from '@legend-fl/look/charts';
import { type AccuracyAxis, accuracyCurve, reachOf } from './accuracy-curve.ts';
import type { ReportView, SeriesView } from './report-view.ts';
import { seedFigure } from './seed-figure.ts';
import { seriesLine } from './series-line.ts';

/** Steps of the grid on which seeds are averaged. */
const gridSteps = 80;

const unitOf = {
  time: unitOfSeconds,
  traffic: unitOfBytes,
  rounds: () => ({ name: '', divisor: 1, decimals: 0 }),
};

/** Test accuracy over one axis, with the target and where each series reaches it; null before any evaluation. */
export function accuracyChart({ series, timeName }: ReportView, axis: AccuracyAxis): LineChartProps | null {
  const curves = series.map(({ seeds }) => seeds.map(({ rounds }) => accuracyCurve(rounds, axis)));
  const points = curves.flat(2);
  if (points.length === 0) return null;
  const title = { time: timeName, traffic: 'Traffic, up and down', rounds: 'Round' }[axis];
  const longest = Math.max(...points.map(({ x }) => x));
  const unit = unitOf[axis](longest);
  const formatX = (value: number) =>
    axis === 'rounds' ? `round ${Math.round(value)}` : formatIn(unit, value);
  const lines = series.map((one, index): Line => {
    const line = seriesLine(one, {
      curves: (curves[index] ?? []).map((curve) =>
        curve.map(({ x, accuracy, round }) => ({
          x,
          y: accuracy,
          place: axis === 'rounds' ? `round ${round}` : `${formatIn(unit, x)}, round ${round}`,
        })),
      ),
      steps: gridSteps,
      formatX,
      formatY: formatPercent,
    });
    return { ...line, marked: markReach(one, axis, formatX) };
  });
  const target = series[0]?.targetAccuracy ?? null;
  return {
    description: `Accuracy on the test examples over ${title.toLowerCase()}`,
    height: (width) => (width > 600 ? 380 : 270),
    x: {
      title: unit.name === '' ? title : `${title} (${unit.name})`,
      from: 0,
      to: longest,
      whole: axis === 'rounds',
      divisor: unit.divisor,
      format: String,
    },
    y: { title: 'Test accuracy', format: (value) => formatPercent(value, 0), exact: formatPercent },
    lines,
    level: target === null ? undefined : { y: target, label: `Target ${formatTarget(target)}` },
  };
}

/** What the lines of the chart are, in words. */
export function describeAccuracy(series: readonly SeriesView[]): string {
  const quantity = 'Accuracy of the global adapter on the test examples.';
  return series.some(({ seeds }) => seeds.length > 1)
    ? `${quantity} Strong line: mean over seeds, as far as all of them go. Band: least to most. Thin lines: single seeds.`
    : quantity;
}

/** The mean over the seeds that reach the target. */
function markReach(
  { seeds, targetAccuracy }: SeriesView,
  axis: AccuracyAxis,
  formatX: (value: number) => string,
): Line['marked'] {
  const reach = seedFigure(seeds.map(({ rounds }) => reachOf(rounds, targetAccuracy, axis)));
  if (reach === null || targetAccuracy === null) return undefined;
  const share = reach.seeds < seeds.length ? ` (${reach.seeds} of ${seeds.length} seeds)` : '';
  return { x: reach.mean, y: targetAccuracy, label: `${formatX(reach.mean)}${share}` };
}
