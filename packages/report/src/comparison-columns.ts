import {
  formatFactor,
  formatNumber,
  formatPercent,
  formatTarget,
  type Unit,
  unitOfBytes,
  unitOfSeconds,
} from '@legend-fl/look';
import type { ComparisonRow } from './comparison-rows.ts';
import type { SeedFigure } from './page/seed-figure.ts';

export interface ComparisonColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Left out where there is little room. */
  readonly wide?: true;
  cell(row: ComparisonRow): ComparisonCell;
}

export interface ComparisonCell {
  /** The mean over seeds, with its unit. */
  readonly text: string;
  /** `±0.4`, the standard deviation over seeds; empty where all seeds give the same. */
  readonly deviation: string;
  /** `7.9 to 8.8`; empty where all seeds give the same. */
  readonly range: string;
  /** `2 of 3`, how many seeds have the figure; empty where all do. */
  readonly share: string;
  /** What to sort by; null sorts last. */
  readonly value: number | string | null;
}

/** Stands where a figure does not exist: a target not reached, the baseline's own speed-up. */
const none = '–';

/**
 * The columns of the comparison, for every kind of table; without those of the target where there is none, and of
 * ratios where there is nothing to compare. Units are chosen over all rows.
 */
export function comparisonColumns(rows: readonly ComparisonRow[]): ComparisonColumn[] {
  const seconds = inUnit(unitOfSeconds(...range(rows.map(({ secondsToTarget }) => secondsToTarget))));
  const bytes = inUnit(unitOfBytes(...range(rows.map(({ bytesToTarget }) => bytesToTarget))));
  const waiting = inUnit(unitOfSeconds(...range(rows.map(({ meanWaitingSeconds }) => meanWaitingSeconds))));
  const target = targetName(rows);
  const right = (
    title: string,
    format: Format,
    figureOf: (row: ComparisonRow) => SeedFigure | null,
  ): ComparisonColumn => ({
    title,
    align: 'right',
    cell: (row) => describeFigure(figureOf(row), row.seeds.length, format),
  });
  const relative = (
    title: string,
    format: Format,
    figureOf: (row: ComparisonRow) => SeedFigure | null,
  ): ComparisonColumn => ({
    title,
    align: 'right',
    cell: (row) => describeFigure(figureOf(row), row.comparedSeeds, format),
  });
  const columns: ComparisonColumn[] = [
    { title: 'Strategy', align: 'left', cell: ({ strategy }) => plainCell(strategy) },
    right('Rounds', rounds, (row) => row.rounds),
    right('Final accuracy', share, (row) => row.finalAccuracy),
    right('Best accuracy', share, (row) => row.bestAccuracy),
    ...(rows.some(({ targetAccuracy }) => targetAccuracy !== null)
      ? [
          right(`Time to ${target}`, seconds, (row) => row.secondsToTarget),
          right(`Traffic to ${target}`, bytes, (row) => row.bytesToTarget),
          { ...right('of it up', bytes, (row) => row.bytesUpToTarget), wide: true as const },
          { ...right('of it down', bytes, (row) => row.bytesDownToTarget), wide: true as const },
        ]
      : []),
    right('Mean wait', waiting, (row) => row.meanWaitingSeconds),
    ...(rows.some(({ baseline, targetAccuracy }) => baseline !== null && targetAccuracy !== null)
      ? [
          relative('Speed-up', factor, (row) => row.speedUp),
          relative('Traffic saved', share, (row) => row.trafficSaving),
        ]
      : []),
  ];
  if (new Set(rows.map(({ run }) => run)).size < 2) return columns;
  return [{ title: 'Run', align: 'left', cell: ({ run }) => plainCell(run) }, ...columns];
}

/** What the figures are over and against, a sentence each. */
export function comparisonNotes(rows: readonly ComparisonRow[]): string[] {
  const baselines = [
    ...new Set(
      rows.flatMap(({ baseline, targetAccuracy }) => (targetAccuracy === null ? [] : (baseline ?? []))),
    ),
  ];
  const seeds = Math.max(0, ...rows.map((row) => row.seeds.length));
  const over = seeds > 1 ? ', the mean of the ratios seed by seed' : '';
  return [
    ...(seeds > 1 ? [`Means over ${seeds} seeds ± standard deviation.`] : []),
    ...(rows.some(isIncomplete)
      ? ['Where it says how many seeds, the others did not reach the target, and the mean is over these.']
      : []),
    ...(baselines.length > 0
      ? [`Speed-up and traffic saved: to the target, against ${baselines.join(' and ')}${over}.`]
      : []),
  ];
}

function isIncomplete({ seeds, targetAccuracy, secondsToTarget }: ComparisonRow): boolean {
  return targetAccuracy !== null && seeds.length > 1 && (secondsToTarget?.seeds ?? 0) < seeds.length;
}

/** `with` and `without` the unit. */
interface Format {
  with(value: number): string;
  without(value: number): string;
}

const share: Format = {
  with: (value) => formatPercent(value),
  without: (value) => formatPercent(value).replace('%', ''),
};
const factor: Format = {
  with: formatFactor,
  without: (value) => formatFactor(value).replace('×', ''),
};
const rounds: Format = { with: roundsText, without: roundsText };

function roundsText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

function inUnit(unit: Unit): Format {
  return {
    with: (value) => `${formatNumber(unit, value)} ${unit.name}`,
    without: (value) => formatNumber(unit, value),
  };
}

function describeFigure(figure: SeedFigure | null, seeds: number, format: Format): ComparisonCell {
  const known = figure?.seeds ?? 0;
  const share = seeds > 1 && known < seeds ? `${known} of ${seeds}` : '';
  if (figure === null) return { text: none, deviation: '', range: '', share, value: null };
  const { mean, deviation, min, max } = figure;
  return {
    text: format.with(mean),
    deviation: deviation === null || min === max ? '' : `±${format.without(deviation)}`,
    range: min === max ? '' : `${format.without(min)} to ${format.without(max)}`,
    share,
    value: mean,
  };
}

function plainCell(text: string): ComparisonCell {
  return { text, deviation: '', range: '', share: '', value: text };
}

function targetName(rows: readonly ComparisonRow[]): string {
  const targets = new Set(rows.map(({ targetAccuracy }) => targetAccuracy));
  const [target] = targets;
  return targets.size === 1 && typeof target === 'number' ? formatTarget(target) : 'target';
}

/** The greatest and the least of the means. */
function range(figures: readonly (SeedFigure | null)[]): [greatest: number, least: number] {
  const means = figures.flatMap((figure) => figure?.mean ?? []);
  return [Math.max(0, ...means), Math.min(...means)];
}
