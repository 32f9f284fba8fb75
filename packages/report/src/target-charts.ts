import { formatIn, formatTarget, type Unit, unitOfBytes, unitOfSeconds } from '@legend-fl/look';
import { type Bar, barChart } from './charts/bar-chart.ts';
import type { Html } from './html.ts';
import type { SeedRun, Series } from './list-series.ts';
import { type SeedFigure, seedFigure } from './seed-figure.ts';
import { trafficToTarget } from './traffic-to-target.ts';

/** What a target costs in one respect, as bars. */
export interface TargetChart {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  draw(width: number): Html;
}

/** Virtual time and traffic to the target, of all rounds where there is none, and the waiting time. */
export function targetCharts(series: readonly Series[]): TargetChart[] {
  const target = series[0]?.targetAccuracy ?? null;
  const goal = target === null ? 'all rounds' : `${formatTarget(target)} accuracy`;
  const whiskers = series.some(({ seeds }) => seeds.length > 1) ? ' Whiskers: least to most over seeds.' : '';
  return [
    {
      name: 'time-to-target',
      title: `Virtual time to ${goal}`,
      subtitle: `Until the round that gets there has ended.${whiskers}`,
      draw: drawCosts(series, unitOfSeconds, ({ summary }) => {
        const seconds = target === null ? summary.virtualSeconds : summary.secondsToTarget;
        return seconds === null ? null : [seconds];
      }),
    },
    {
      name: 'traffic-to-target',
      title: `Traffic to ${goal}`,
      subtitle: `Strong: upload. Pale: download. All devices together.${whiskers}`,
      draw: drawCosts(series, unitOfBytes, ({ summary, rounds }) => {
        if (target === null) return [summary.bytesUp, summary.bytesDown];
        const traffic = trafficToTarget(rounds, target);
        return traffic === null ? null : [traffic.bytesUp, traffic.bytesDown];
      }),
    },
    {
      name: 'waiting',
      title: 'Mean waiting time per round',
      subtitle: `From a device’s own end to the round’s.${whiskers}`,
      draw: drawCosts(series, unitOfSeconds, ({ summary }) => [summary.meanWaitingSeconds]),
    },
  ];
}

/** The parts of what one seed costs; null where it has no figure. */
type CostOf = (seed: SeedRun) => readonly number[] | null;

function drawCosts(
  series: readonly Series[],
  unitOf: (greatest: number) => Unit,
  costOf: CostOf,
): TargetChart['draw'] {
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
  const unit = unitOf(Math.max(0, ...figures.map(({ total }) => total?.mean ?? 0)));
  const bars = series.map(({ label, tone, seeds }, index): Bar => {
    const { total = null, parts = [] } = figures[index] ?? {};
    const text = describeTotal(total, unit, seeds.length);
    return {
      label,
      tone,
      parts,
      range: total === null || total.min === total.max ? undefined : total,
      text,
      tip: `${label}: ${text}${describeParts(total, parts, unit)}`,
    };
  });
  return (width) => barChart({ description: bars.map(({ tip }) => tip).join('; '), width, bars });
}

function describeTotal(total: SeedFigure | null, unit: Unit, seeds: number): string {
  if (total === null) return 'not reached';
  const share = total.seeds < seeds ? `, ${total.seeds} of ${seeds} seeds` : '';
  return `${formatIn(unit, total.mean)}${share}`;
}

function describeParts(total: SeedFigure | null, parts: readonly number[], unit: Unit): string {
  if (total === null) return '';
  const range =
    total.min === total.max ? '' : ` (${formatIn(unit, total.min)} to ${formatIn(unit, total.max)})`;
  const [up, down] = parts;
  return down === undefined ? range : `${range}, up ${formatIn(unit, up ?? 0)}, down ${formatIn(unit, down)}`;
}
