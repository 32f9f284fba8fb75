import { type Line, lineChart } from '../charts/line-chart.ts';
import { drawAtWidths, drawFigure, namedFigure } from '../draw-figure.ts';
import { formatIn, formatPercent, formatTarget, unitOfSeconds } from '../format-quantity.ts';
import { type Html, html } from '../html.ts';
import type { Series } from '../list-series.ts';

const wideWidth = 1080;

/** Accuracy over virtual time, with the target and where each series reaches it. */
export function accuracySection(series: readonly Series[]): Html {
  const longest = Math.max(0, ...series.map(({ strategy }) => strategy.virtualSeconds));
  const unit = unitOfSeconds(longest);
  const target = series[0]?.strategy.targetAccuracy ?? null;
  const lines = series.map((one): Line => {
    const { secondsToTarget, targetAccuracy } = one.strategy;
    return {
      label: one.label,
      tone: one.tone,
      dash: one.dash,
      points: one.rounds.flatMap(({ round, virtualSeconds, accuracy }) =>
        accuracy === null
          ? []
          : {
              x: virtualSeconds / unit.divisor,
              y: accuracy,
              value: formatPercent(accuracy),
              place: `${formatIn(unit, virtualSeconds)}, round ${round}`,
            },
      ),
      marked:
        secondsToTarget === null || targetAccuracy === null
          ? undefined
          : {
              x: secondsToTarget / unit.divisor,
              y: targetAccuracy,
              label: formatIn(unit, secondsToTarget),
            },
    };
  });
  const accuracies = [
    ...lines.flatMap(({ points }) => points.map(({ y }) => y)),
    ...(target === null ? [] : [target]),
  ];
  if (accuracies.length === 0) return html``;
  const draw = (width: number) =>
    lineChart({
      description: 'Accuracy on the test examples over virtual time',
      width,
      height: width > 600 ? 380 : 270,
      x: { title: `Virtual time (${unit.name})`, from: 0, to: longest / unit.divisor, format: String },
      y: {
        title: 'Test accuracy',
        from: Math.min(...accuracies),
        to: Math.max(...accuracies),
        format: (value) => formatPercent(value, 0),
      },
      lines,
      level: target === null ? undefined : { y: target, label: `Target ${formatTarget(target)}` },
    });
  return html`<section><h2>Accuracy</h2>${drawFigure({
    title: describeReach(series, target),
    subtitle: 'Accuracy of the global adapter on the test examples, against virtual time.',
    body: drawAtWidths(wideWidth, draw),
  })}</section>`;
}

function describeReach(series: readonly Series[], target: number | null): string {
  const quantity = 'Test accuracy over virtual time';
  if (target === null || series.length > 3) return quantity;
  const times = series.flatMap(({ strategy }) => strategy.secondsToTarget ?? []);
  if (times.length === 0) return `${quantity}: ${formatTarget(target)} is not reached`;
  const unit = unitOfSeconds(Math.max(...times));
  const parts = series.map(({ label, strategy: { secondsToTarget } }) =>
    secondsToTarget === null
      ? namedFigure(label, 'not at all')
      : namedFigure(label, `after ${formatIn(unit, secondsToTarget)}`),
  );
  return `${formatTarget(target)} is reached by ${parts.join(', by ')}`;
}
