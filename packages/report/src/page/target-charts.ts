import { formatIn, formatTarget, type Unit, unitOfBytes, unitOfSeconds } from '@legend-fl/look';
import { type Bar, cutsBars } from '@legend-fl/look/charts';
import type { ReportView, SeedView, SeriesView } from './report-view.ts';
import { type SeedFigure, seedFigure } from './seed-figure.ts';

/** What the target costs one series. */
interface TargetBar extends Bar {
  /** The figure's range over seeds and its parts; empty where it has none. */
  readonly detail: string;
}

/** What a target costs in one respect, a bar per series. */
export interface TargetChart {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly bars: readonly TargetBar[];
}

/** Time and traffic to the target, of all rounds where there is none, and the waiting time. */
export function targetCharts(
  { series, timeName }: ReportView,
  target = series[0]?.targetAccuracy ?? null,
): TargetChart[] {
  const goal = target === null ? 'of all rounds' : `to ${formatTarget(target)} accuracy`;
  const charts = [
    {
      name: 'time-to-target',
      title: `${timeName} ${goal}`,
      subtitle: `Until the ${target === null ? 'last round' : 'round that gets there'} has ended.`,
      bars: drawCosts(series, unitOfSeconds, ({ toTarget, total }) =>
        target === null ? [total.seconds] : toTarget.seconds === null ? null : [toTarget.seconds],
      ),
    },
    {
      name: 'traffic-to-target',
      title: `Traffic ${goal}`,
      subtitle: 'Strong: upload. Pale: download. All devices together.',
      bars: drawCosts(series, unitOfBytes, ({ toTarget, total }) => {
        if (target === null) return [total.bytesUp, total.bytesDown];
        const { bytesUp, bytesDown } = toTarget;
        return bytesUp === null || bytesDown === null ? null : [bytesUp, bytesDown];
      }),
    },
    {
      name: 'waiting',
      title: 'Mean waiting time per round',
      subtitle: 'From a device’s own end to the round’s.',
      bars: drawCosts(series, unitOfSeconds, ({ total }) => [total.waitingSeconds]),
    },
  ];
  const whiskers = series.some(({ seeds }) => seeds.length > 1) ? ' Whiskers: least to most over seeds.' : '';
  return charts.map((chart) => {
    const broken = cutsBars(chart.bars) ? ' A broken bar goes on beyond the chart.' : '';
    return { ...chart, subtitle: `${chart.subtitle}${whiskers}${broken}` };
  });
}

/** The parts of what one seed costs; null where it has no figure. */
type CostOf = (seed: SeedView) => readonly number[] | null;

function drawCosts(
  series: readonly SeriesView[],
  unitOf: (greatest: number, least: number) => Unit,
  costOf: CostOf,
): TargetBar[] {
  const figures = series.map(({ seeds }) => {
    const costs = seeds.map(costOf);
    const parts = Math.max(0, ...costs.map((cost) => cost?.length ?? 0));
    return {
      total: seedFigure(costs.map((cost) => cost?.reduce((sum, part) => sum + part, 0) ?? null)),
      parts: Array.from(
        { length: parts },
        (_, part) => seedFigure(costs.map((cost) => cost?.[part] ?? null))?.mean ?? 0,
      ),
    };
  });
  const means = figures.flatMap(({ total }) => total?.mean ?? []);
  const unit = unitOf(Math.max(0, ...means), Math.min(...means));
  return series.map(({ label, tone, seeds }, index): TargetBar => {
    const { total = null, parts = [] } = figures[index] ?? {};
    const text = describeTotal(total, unit, seeds.length);
    const detail = describeParts(total, parts, unit);
    return {
      label,
      tone,
      parts,
      range: total === null || total.min === total.max ? undefined : total,
      text,
      detail,
      tip: [`${label}: ${text}`, ...(detail === '' ? [] : [detail])].join(', '),
    };
  });
}

function describeTotal(total: SeedFigure | null, unit: Unit, seeds: number): string {
  if (total === null) return 'not reached';
  const share = total.seeds < seeds ? `, ${total.seeds} of ${seeds} seeds` : '';
  return `${formatIn(unit, total.mean)}${share}`;
}

function describeParts(total: SeedFigure | null, parts: readonly number[], unit: Unit): string {
  if (total === null) return '';
  const [up, down] = parts;
  return [
    ...(total.min === total.max ? [] : [`${formatIn(unit, total.min)} to ${formatIn(unit, total.max)}`]),
    ...(down === undefined ? [] : [`up ${formatIn(unit, up ?? 0)}, down ${formatIn(unit, down)}`]),
  ].join(', ');
}
