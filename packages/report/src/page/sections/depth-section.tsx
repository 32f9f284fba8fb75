import { type HeatCell, HeatMap, shade } from '@legend-fl/look/charts';
import { useState } from 'preact/hooks';
import { Choose } from '../controls.tsx';
import { Figure } from '../figure.tsx';
import type { CsvRow } from '../format-csv.ts';
import { formatCount } from '../format-figures.ts';
import { groupByKind } from '../group-by-kind.ts';
import type { ReportView, SeriesView } from '../report-view.ts';

/** For each series, the depth of every device in every round, of a seed to choose. */
export function DepthSection({ view }: { view: ReportView }) {
  const [seed, setSeed] = useState(0);
  const { blocks, devices, runs, series } = view;
  const most = Math.max(...runs.map((run) => run.devices));
  const seeds = series
    .map((one) => one.seeds)
    .reduce((one, other) => (other.length > one.length ? other : one), []);
  return (
    <section class="depths">
      <h2>Depth of every device</h2>
      <p class="lead">
        How many blocks, counted from the output, each device trains in each round. A blank is a device that
        sat out. {most > devices && `Of ${formatCount(most, 'device')} ${devices} are shown, evenly chosen.`}
      </p>
      <div class="controls">
        <Choose title="Seed" texts={seeds.map((one) => String(one.seed))} chosen={seed} onChoose={setSeed} />
      </div>
      <ul class="part-key">
        <li class="key-title">Blocks trained</li>
        {Array.from({ length: blocks }, (_, index) => (
          <li key={shareOf(index + 1, blocks)}>
            <span class="swatch" style={{ background: shade(shareOf(index + 1, blocks)) }} />
            {index + 1}
          </li>
        ))}
      </ul>
      <div class="pairs">
        {series.map((one, index) => (
          <DepthFigure key={one.label} view={view} series={one} number={index + 1} chosen={seed} />
        ))}
      </div>
    </section>
  );
}

interface DepthFigureProps {
  readonly view: ReportView;
  readonly series: SeriesView;
  readonly number: number;
  /** Position of the seed. */
  readonly chosen: number;
}

function DepthFigure({ view: { blocks, runs }, series, number, chosen }: DepthFigureProps) {
  const { label, tone, depths, seeds } = series;
  const seed = seeds[chosen];
  const run = seed && runs[seed.run];
  const mapped = run?.mapped ?? [];
  const names = mapped.map((device) => run?.names[device] ?? '');
  const rows = (): CsvRow[] => [
    ['strategy', 'seed', 'device', 'kind', 'round', 'depth'],
    ...names.flatMap((name, row) =>
      (seed?.depths[row] ?? []).map((depth, round) => [
        label,
        seed?.seed,
        name,
        run?.kinds[run.kindOf[mapped[row] ?? -1] ?? -1],
        round + 1,
        depth,
      ]),
    ),
  ];
  return (
    <Figure name={`depths-${number}`} title={`${label}: ${depths}`} tone={tone} rows={rows}>
      <HeatMap
        description={`Depth of every device, ${label}`}
        rows={names}
        groups={run === undefined ? [] : groupByKind(run, mapped)}
        columns={seed?.rounds.virtualSeconds.map((_, round) => round + 1) ?? []}
        each="Round"
        cells={names.map((_, row) => (seed?.depths[row] ?? []).map((depth) => cellOf(depth, blocks)))}
        empty="sat out"
      />
    </Figure>
  );
}

function cellOf(depth: number, blocks: number): HeatCell | undefined {
  if (depth === 0) return undefined;
  return { share: shareOf(depth, blocks), text: formatCount(depth, 'block') };
}

function shareOf(depth: number, blocks: number): number {
  return blocks === 1 ? 1 : (depth - 1) / (blocks - 1);
}
