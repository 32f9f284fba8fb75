import type { DeviceRecord, RoundRecord } from '@legend-fl/runs';

export interface Cell {
  readonly strategy: string;
  /** null: everybody is honest. */
  readonly attack: string | null;
  readonly bounds: boolean;
}

export interface CellResult extends Cell {
  /** After the last round; null of a run that failed. */
  readonly accuracy: number | null;
  readonly rounds: readonly RoundRecord[];
}

/** The attack that is refused in any case, so that its run is that of the other devices. */
const REFUSED = 'not-finite';

/** The tables of docs/results/attacks, in Markdown. */
export function formatTables(results: readonly CellResult[]): string {
  const bounded = results.filter(({ bounds }) => bounds);
  const unbounded = results.filter(({ bounds }) => !bounds);
  const alone = new Map(
    bounded.filter(({ attack }) => attack === REFUSED).map((cell) => [cell.strategy, cell]),
  );
  const parts = [
    '### With bounds: final accuracy, and points against the run without the liar\n',
    formatAccuracies(bounded, alone),
    ...(unbounded.length === 0 ? [] : ['\n### Without bounds\n', formatAccuracies(unbounded, alone)]),
    '\n### What became of the updates, over all strategies and rounds, with bounds\n',
    formatFates(bounded),
  ];
  return `${parts.join('\n')}\n`;
}

/** @param alone the run of the honest devices alone, by strategy */
function formatAccuracies(results: readonly CellResult[], alone: ReadonlyMap<string, CellResult>): string {
  const attacks = [...new Set(results.flatMap(({ attack }) => (attack === null ? [] : [attack])))].filter(
    (attack) => attack !== REFUSED,
  );
  const strategies = [...new Set(results.map(({ strategy }) => strategy))];
  const find = (strategy: string, attack: string | null) =>
    results.find((cell) => cell.strategy === strategy && cell.attack === attack);
  const rows = strategies.map((strategy) => [
    strategy,
    formatAccuracy(find(strategy, null)),
    formatAccuracy(alone.get(strategy)),
    ...attacks.map((attack) => formatAccuracy(find(strategy, attack), alone.get(strategy))),
  ]);
  const means = attacks.map((attack) => {
    const differences = strategies.flatMap((strategy) => {
      const points = pointsBetween(find(strategy, attack), alone.get(strategy));
      return points === undefined ? [] : [points];
    });
    if (differences.length === 0) return '–';
    return formatPoints(differences.reduce((sum, each) => sum + each, 0) / differences.length);
  });
  const head = ['Strategy', 'all honest', `without the liar (${REFUSED})`, ...attacks];
  return formatTable(head, [...rows, ['mean', '', '', ...means]]);
}

function formatAccuracy(cell: CellResult | undefined, alone?: CellResult): string {
  if (cell === undefined) return '–';
  if (cell.accuracy === null) return 'fails';
  const points = pointsBetween(cell, alone);
  const percent = `${(100 * cell.accuracy).toFixed(1)}%`;
  return points === undefined ? percent : `${percent} (${formatPoints(points)})`;
}

function pointsBetween(cell: CellResult | undefined, alone: CellResult | undefined): number | undefined {
  if (typeof cell?.accuracy !== 'number' || typeof alone?.accuracy !== 'number') return undefined;
  return 100 * (cell.accuracy - alone.accuracy);
}

function formatPoints(points: number): string {
  const text = Math.abs(points).toFixed(1);
  return text === '0.0' ? text : `${points < 0 ? '−' : '+'}${text}`;
}

function formatFates(results: readonly CellResult[]): string {
  const attacks = [...new Set(results.map(({ attack }) => attack))];
  const rows = attacks.map((attack) => {
    const devices = results
      .filter((cell) => cell.attack === attack)
      .flatMap(({ rounds }) => rounds.flatMap((round) => round.devices));
    const liars = devices.filter((device) => device.attack !== undefined);
    const honest = devices.filter((device) => device.attack === undefined);
    return [attack ?? 'none', ...countFates(liars), ...countFates(honest)];
  });
  return formatTable(
    [
      'Attack',
      'lies',
      'left out',
      'clipped',
      'least part',
      'honest updates',
      'left out',
      'clipped',
      'least part',
    ],
    rows,
  );
}

/** Updates, those left out, those clipped, and the least part that counted of a change. */
function countFates(devices: readonly DeviceRecord[]): string[] {
  const clipped = devices.flatMap(({ clipped: part }) => (part === undefined ? [] : [part]));
  const leftOut = devices.filter(({ dropped }) => dropped !== undefined);
  const least = clipped.length === 0 ? '–' : Math.min(...clipped).toFixed(2);
  return [devices.length, leftOut.length, clipped.length].map(String).concat(least);
}

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = line(head.map((_, index) => (index === 0 ? '---' : '---:')));
  return [line(head), rule, ...rows.map(line)].join('\n');
}
