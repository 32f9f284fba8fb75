import {
  formatIn,
  formatPercent,
  formatTarget,
  type Unit,
  unitOfBytes,
  unitOfSeconds,
} from '@legend-fl/look';
import { type AccuracyAxis, accuracyCurve, reachOf } from './accuracy-curve.ts';
import { type Line, lineChart } from './charts/line-chart.ts';
import type { Html } from './html.ts';
import type { Series } from './list-series.ts';
import { seedFigure } from './seed-figure.ts';
import { seriesLine } from './series-line.ts';

/** Steps of the grid on which seeds are averaged. */
const gridSteps = 80;

interface AxisWords {
  readonly title: string;
  unitOf(greatest: number): Unit;
}

const axes: Readonly<Record<AccuracyAxis, AxisWords>> = {
  time: { title: 'Virtual time', unitOf: unitOfSeconds },
  traffic: { title: 'Traffic, up and down', unitOf: unitOfBytes },
  rounds: { title: 'Round', unitOf: () => ({ name: '', divisor: 1, decimals: 0 }) },
};

/** Test accuracy over one axis, with the target and where each series reaches it; null before any evaluation. */
export function accuracyChart(series: readonly Series[], axis: AccuracyAxis, width: number): Html | null {
  const curves = series.map(({ seeds }) => seeds.map(({ rounds }) => accuracyCurve(rounds, axis)));
  const points = curves.flat(2);
  if (points.length === 0) return null;
  const longest = Math.max(...points.map(({ x }) => x));
  const { title, unitOf } = axes[axis];
  const unit = unitOf(longest);
  const formatX = (value: number) =>
    axis === 'rounds' ? `round ${Math.round(value)}` : formatIn(unit, value * unit.divisor);
  const lines = series.map((one, index): Line => {
    const line = seriesLine(one, {
      curves: (curves[index] ?? []).map((curve) =>
        curve.map(({ x, accuracy, round }) => ({
          x: x / unit.divisor,
          y: accuracy,
          place: axis === 'rounds' ? `round ${round}` : `${formatIn(unit, x)}, round ${round}`,
        })),
      ),
      steps: gridSteps,
      formatX,
      formatY: (value) => formatPercent(value),
    });
    return { ...line, marked: markReach(one, axis, { unit, formatX }) };
  });
  const target = series[0]?.targetAccuracy ?? null;
  const accuracies = [...points.map(({ accuracy }) => accuracy), ...(target === null ? [] : [target])];
  return lineChart({
    description: `Accuracy on the test examples over ${title.toLowerCase()}`,
    width,
    height: width > 600 ? 380 : 270,
    x: {
      title: unit.name === '' ? title : `${title} (${unit.name})`,
      from: 0,
      to: longest / unit.divisor,
      whole: axis === 'rounds',
      format: String,
    },
    y: {
      title: 'Test accuracy',
      from: Math.min(...accuracies),
      to: Math.max(...accuracies),
      format: (value) => formatPercent(value, 0),
    },
    lines,
    level: target === null ? undefined : { y: target, label: `Target ${formatTarget(target)}` },
  });
}

/** What the lines of the chart are, in words. */
export function describeAccuracy(series: readonly Series[]): string {
  const quantity = 'Accuracy of the global adapter on the test examples.';
  return series.some(({ seeds }) => seeds.length > 1)
    ? `${quantity} Strong line: mean over seeds, as far as all of them go. Band: least to most. Thin lines: single seeds.`
    : quantity;
}

/** The mean over the seeds that reach the target. */
function markReach(
  { seeds, targetAccuracy }: Series,
  axis: AccuracyAxis,
  { unit, formatX }: { readonly unit: Unit; formatX(value: number): string },
): Line['marked'] {
  const reach = seedFigure(seeds.map((seed) => reachOf(seed, axis)));
  if (reach === null || targetAccuracy === null) return undefined;
  const x = reach.mean / unit.divisor;
  const share = reach.seeds < seeds.length ? ` (${reach.seeds} of ${seeds.length} seeds)` : '';
  return { x, y: targetAccuracy, label: `${formatX(x)}${share}` };
}
