import type { CsvRow } from './format-csv.ts';
import type { ReportView, RoundColumns } from './report-view.ts';

const columns: readonly (readonly [keyof RoundColumns, string])[] = [
  ['virtualSeconds', 'virtual seconds'],
  ['roundSeconds', 'round seconds'],
  ['waitingSeconds', 'waiting seconds'],
  ['accuracy', 'accuracy'],
  ['bytesUp', 'bytes up'],
  ['bytesDown', 'bytes down'],
];

/** Every round of every seed, under titles. */
export function roundRows({ series, timeName }: ReportView): CsvRow[] {
  const titles = columns.map(([key, title]) =>
    key === 'virtualSeconds' ? `${timeName.toLowerCase().replace(/ ?time$/, '')} seconds`.trim() : title,
  );
  return [
    ['strategy', 'seed', 'round', ...titles],
    ...series.flatMap(({ label, seeds }) =>
      seeds.flatMap(({ seed, rounds }) =>
        rounds.virtualSeconds.map((_, index) => [
          label,
          seed,
          index + 1,
          ...columns.map(([key]) => rounds[key][index]),
        ]),
      ),
    ),
  ];
}
