import type { ComparisonRow } from './comparison-rows.ts';
import {
  formatFactor,
  formatIn,
  formatPercent,
  formatTarget,
  type Unit,
  unitOfBytes,
  unitOfSeconds,
} from './format-quantity.ts';

export interface ComparisonColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
  text(row: ComparisonRow): string;
}

/** Stands where a figure does not exist: a target not reached, the reference's own speed-up. */
const none = '–';

/** The columns of the comparison, for the terminal and the report alike. Units are chosen over all rows. */
export function comparisonColumns(rows: readonly ComparisonRow[]): ComparisonColumn[] {
  const seconds = unitOfSeconds(greatest(rows.map(({ secondsToTarget }) => secondsToTarget)));
  const bytes = unitOfBytes(greatest(rows.map(({ bytesToTarget }) => bytesToTarget)));
  const waiting = unitOfSeconds(greatest(rows.map(({ meanWaitingSeconds }) => meanWaitingSeconds)));
  const target = targetName(rows);
  const columns: ComparisonColumn[] = [
    { title: 'Strategy', align: 'left', text: (row) => row.strategy },
    { title: 'Rounds', align: 'right', text: (row) => String(row.rounds) },
    { title: 'Final accuracy', align: 'right', text: (row) => percent(row.finalAccuracy) },
    { title: 'Best accuracy', align: 'right', text: (row) => percent(row.bestAccuracy) },
    { title: `Time to ${target}`, align: 'right', text: (row) => figure(seconds, row.secondsToTarget) },
    { title: `Traffic to ${target}`, align: 'right', text: (row) => figure(bytes, row.bytesToTarget) },
    { title: 'Mean wait', align: 'right', text: (row) => figure(waiting, row.meanWaitingSeconds) },
    {
      title: 'Speed-up',
      align: 'right',
      text: ({ speedUp }) => (speedUp === null ? none : formatFactor(speedUp)),
    },
    { title: 'Traffic saved', align: 'right', text: (row) => percent(row.trafficSaving) },
  ];
  if (new Set(rows.map(({ run }) => run)).size < 2) return columns;
  return [{ title: 'Run', align: 'left', text: (row) => row.run }, ...columns];
}

/** What speed-up and saving are against, as a sentence; empty where nothing is compared. */
export function comparisonNote(rows: readonly ComparisonRow[]): string {
  const references = [...new Set(rows.flatMap(({ reference }) => reference ?? []))];
  if (references.length === 0) return '';
  return `Speed-up and traffic saved: to the target, against ${references.join(' and ')}.`;
}

function targetName(rows: readonly ComparisonRow[]): string {
  const targets = new Set(rows.map(({ targetAccuracy }) => targetAccuracy));
  const [target] = targets;
  return targets.size === 1 && typeof target === 'number' ? formatTarget(target) : 'target';
}

function figure(unit: Unit, value: number | null): string {
  return value === null ? none : formatIn(unit, value);
}

function percent(share: number | null): string {
  return share === null ? none : formatPercent(share);
}

function greatest(values: readonly (number | null)[]): number {
  return values.reduce<number>((one, other) => Math.max(one, other ?? 0), 0);
}
