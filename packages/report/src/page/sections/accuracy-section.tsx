import { formatIn, formatTarget, unitOfSeconds } from '@legend-fl/look';
import { LineChart } from '@legend-fl/look/charts';
import { useState } from 'preact/hooks';
import { accuracyChart, describeAccuracy } from '../accuracy-chart.ts';
import type { AccuracyAxis } from '../accuracy-curve.ts';
import { Figure, namedFigure } from '../figure.tsx';
import type { ReportView, SeriesView } from '../report-view.ts';
import { roundRows } from '../round-rows.ts';
import { seedFigure } from '../seed-figure.ts';

/** Accuracy over time, traffic or rounds. */
export function AccuracySection({ view }: { view: ReportView }) {
  const [axis, setAxis] = useState<AccuracyAxis>('time');
  const chart = accuracyChart(view, axis);
  if (chart === null) return null;
  const axes = [
    ['time', view.timeName],
    ['traffic', 'Traffic'],
    ['rounds', 'Rounds'],
  ] as const;
  return (
    <section>
      <h2>Accuracy</h2>
      <Figure
        name="accuracy"
        title={describeReach(view.series)}
        subtitle={describeAccuracy(view.series)}
        rows={() => roundRows(view)}
      >
        <fieldset class="switch">
          <legend>Over</legend>
          {axes.map(([name, title]) => (
            <label key={name}>
              <input type="radio" name="axis" checked={name === axis} onChange={() => setAxis(name)} />
              {title}
            </label>
          ))}
        </fieldset>
        <LineChart {...chart} still={[1080, 312]} />
      </Figure>
    </section>
  );
}

function describeReach(series: readonly SeriesView[]): string {
  const quantity = 'Test accuracy';
  const target = series[0]?.targetAccuracy ?? null;
  if (target === null || series.length > 3) return quantity;
  const times = series.map(({ label, seeds }) => ({
    label,
    seeds: seeds.length,
    reach: seedFigure(seeds.map(({ toTarget }) => toTarget.seconds)),
  }));
  if (times.every(({ reach }) => reach === null)) {
    return `${quantity}: ${formatTarget(target)} is not reached`;
  }
  const unit = unitOfSeconds(Math.max(...times.map(({ reach }) => reach?.mean ?? 0)));
  const parts = times.map(({ label, seeds, reach }) => {
    if (reach === null) return namedFigure(label, 'not at all');
    const share = reach.seeds < seeds ? ` (${reach.seeds} of ${seeds} seeds)` : '';
    return `${namedFigure(label, `after ${formatIn(unit, reach.mean)}`)}${share}`;
  });
  return `${formatTarget(target)} is reached by ${parts.join(', by ')}`;
}
