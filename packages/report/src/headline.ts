import { formatFactor, formatPercent, formatSeconds, formatTarget } from '@legend-fl/look';
import type { ComparisonRow } from './comparison-rows.ts';

/** What the runs found, in one sentence without its full stop. */
export function headline(rows: readonly ComparisonRow[]): string {
  const [only] = rows;
  if (only === undefined) return 'No strategy has run yet';
  if (rows.length === 1) return describeOnly(only);
  const { targetAccuracy = null } = rows[0] ?? {};
  if (targetAccuracy === null) return listAccuracies(rows);
  const target = `${formatTarget(targetAccuracy)} accuracy`;
  const winner = findWinner(rows);
  return winner === undefined ? listTimes(rows, target) : compareWinner(winner, target);
}

/**
 * The rows of the strategy with the greatest mean speed-up, among those that reached the target with every seed of
 * every experiment, as did the baseline.
 */
function findWinner(rows: readonly ComparisonRow[]): readonly ComparisonRow[] | undefined {
  const compared = rows.filter(({ baseline }) => baseline !== null);
  const byStrategy = Map.groupBy(compared, ({ strategy }) => strategy);
  const complete = [...byStrategy.values()].filter((group) =>
    group.every(({ speedUp, seeds }) => speedUp?.seeds === seeds.length),
  );
  return complete.sort((one, other) => meanSpeedUp(other) - meanSpeedUp(one))[0];
}

function meanSpeedUp(rows: readonly ComparisonRow[]): number {
  return rows.reduce((sum, { speedUp }) => sum + (speedUp?.mean ?? 0), 0) / rows.length;
}

function compareWinner(rows: readonly ComparisonRow[], target: string): string {
  const { strategy = '', seeds = [] } = rows[0] ?? {};
  const against = [...new Set(rows.flatMap(({ baseline }) => baseline ?? []))].join(' and ');
  const speedUps = rows.map(({ speedUp }) => speedUp?.mean ?? 1);
  const savings = rows.map(({ trafficSaving }) => trafficSaving?.mean ?? 0);
  const time =
    Math.min(...speedUps) >= 1
      ? `reached ${target} ${range(speedUps, formatFactor)}\u00a0faster than ${against}`
      : `took ${range(speedUps.map(invert), formatFactor)} as long as ${against} to reach ${target}`;
  const traffic =
    Math.min(...savings) >= 0
      ? `${range(savings, wholePercent)} less traffic`
      : `${range(
          savings.map((saving) => 1 - saving),
          formatFactor,
        )} the traffic`;
  const extent =
    rows.length > 1
      ? ` in ${rows.length} experiments`
      : seeds.length > 1
        ? `, on average over ${seeds.length} seeds`
        : '';
  return `${strategy} ${time}, with ${traffic}${extent}`;
}

function listTimes(rows: readonly ComparisonRow[], target: string): string {
  const reached = rows.flatMap(({ strategy, secondsToTarget, seeds }) => {
    if (secondsToTarget === null) return [];
    const incomplete = secondsToTarget.seeds < seeds.length;
    const share = incomplete ? ` with ${secondsToTarget.seeds} of ${seeds.length} seeds` : '';
    return `${strategy} after ${formatSeconds(secondsToTarget.mean)}${share}`;
  });
  const missed = rows.flatMap(({ strategy, secondsToTarget }) => (secondsToTarget === null ? strategy : []));
  if (reached.length === 0) return `No strategy reached ${target}: ${listAccuracies(rows)}`;
  const rest = missed.length === 0 ? '' : `; ${missed.join(' and ')} did not`;
  return `${target} was reached by ${reached.join(' and ')}${rest}`;
}

function listAccuracies(rows: readonly ComparisonRow[]): string {
  const accuracies = rows.map(({ strategy, finalAccuracy }) =>
    finalAccuracy === null ? strategy : `${strategy} ${formatPercent(finalAccuracy.mean)}`,
  );
  return `final accuracy ${accuracies.join(', ')}`;
}

/** A strategy without another to be compared with: `legend: final accuracy 81.2%, 80% after 3.2 min`. */
function describeOnly({
  strategy,
  targetAccuracy,
  finalAccuracy,
  secondsToTarget,
  seeds,
}: ComparisonRow): string {
  const final =
    finalAccuracy === null ? 'not evaluated' : `final accuracy ${formatPercent(finalAccuracy.mean)}`;
  const over = seeds.length > 1 ? ` on average over ${seeds.length} seeds` : '';
  if (targetAccuracy === null) return `${strategy}: ${final}${over}`;
  const target = formatTarget(targetAccuracy);
  const incomplete = secondsToTarget !== null && secondsToTarget.seeds < seeds.length;
  const reach =
    secondsToTarget === null
      ? `${target} not reached`
      : `${target} after ${formatSeconds(secondsToTarget.mean)}${incomplete ? ` with ${secondsToTarget.seeds} of ${seeds.length} seeds` : ''}`;
  return `${strategy}: ${final}${over}, ${reach}`;
}

function range(values: readonly number[], format: (value: number) => string): string {
  const least = format(Math.min(...values));
  const most = format(Math.max(...values));
  return least === most ? least : `${least} to ${most}`;
}

function wholePercent(share: number): string {
  return formatPercent(share, 0);
}

function invert(value: number): number {
  return 1 / value;
}
