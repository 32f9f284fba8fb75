import type { DeviceRecord, RoundRecord } from '@legend/rounds';

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

/** The tables of docs/results/attacks, in Markdown. */
export function formatTables(results: readonly CellResult[]): string {
  const bounded = results.filter(({ bounds }) => bounds);
  const unbounded = results.filter(({ bounds }) => !bounds);
  const parts = [
    '### With bounds: final accuracy, and points against the undisturbed run\n',
    formatAccuracies(bounded),
    '\n### Without bounds\n',
    formatAccuracies(unbounded),
    '\n### What became of the updates, over all strategies and rounds, with bounds\n',
    formatFates(bounded),
  ];
  return `${parts.join('\n')}\n`;
}

function formatAccuracies(results: readonly CellResult[]): string {
  const attacks = [...new Set(results.map(({ attack }) => attack))].filter((attack) => attack !== null);
  const strategies = [...new Set(results.map(({ strategy }) => strategy))];
  const accuracyOf = (strategy: string, attack: string | null) =>
    results.find((cell) => cell.strategy === strategy && cell.attack === attack);
  const rows = strategies.map((strategy) => {
    const undisturbed = accuracyOf(strategy, null);
    return [
      strategy,
      formatAccuracy(undisturbed, undefined),
      ...attacks.map((attack) => formatAccuracy(accuracyOf(strategy, attack), undisturbed)),
    ];
  });
  const means = attacks.map((attack) => {
    const differences = strategies.flatMap((strategy) => {
      const [attacked, without] = [
        accuracyOf(strategy, attack)?.accuracy,
        accuracyOf(strategy, null)?.accuracy,
      ];
      return typeof attacked === 'number' && typeof without === 'number' ? [100 * (attacked - without)] : [];
    });
    if (differences.length === 0) return '–';
    return formatPoints(differences.reduce((sum, each) => sum + each, 0) / differences.length);
  });
  return formatTable(['Strategy', 'undisturbed', ...attacks], [...rows, ['mean', '', ...means]]);
}

function formatAccuracy(cell: CellResult | undefined, undisturbed: CellResult | undefined): string {
  if (cell === undefined) return '–';
  if (cell.accuracy === null) return 'fails';
  const percent = `${(100 * cell.accuracy).toFixed(1)}%`;
  if (undisturbed?.accuracy == null) return percent;
  return `${percent} (${formatPoints(100 * (cell.accuracy - undisturbed.accuracy))})`;
}

function formatPoints(points: number): string {
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)}`;
}

function formatFates(results: readonly CellResult[]): string {
  const attacks = [...new Set(results.map(({ attack }) => attack))];
  const rows = attacks.map((attack) => {
    const devices = results
      .filter((cell) => cell.attack === attack)
      .flatMap(({ rounds }) => rounds.flatMap((round) => round.devices));
    const liars = devices.filter((device) => device.attack !== undefined);
    const honest = devices.filter((device) => device.attack === undefined);
    return [attack ?? 'undisturbed', ...countFates(liars), ...countFates(honest)];
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
