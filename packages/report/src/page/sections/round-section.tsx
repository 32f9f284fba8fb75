import { formatIn, type Unit, unitOfBytes, unitOfSeconds } from '@legend-fl/look';
import { LineChart } from '@legend-fl/look/charts';
import { Figure, namedFigure } from '../figure.tsx';
import type { ReportView, SeriesView } from '../report-view.ts';
import { roundRows } from '../round-rows.ts';
import { seriesLine } from '../series-line.ts';

interface RoundQuantity {
  readonly name: string;
  readonly column: 'bytesUp' | 'bytesDown' | 'waitingSeconds';
  readonly title: string;
  readonly subtitle: string;
  readonly axis: string;
  unitOf(greatest: number): Unit;
}

const quantities: readonly RoundQuantity[] = [
  {
    name: 'upload',
    column: 'bytesUp',
    title: 'Upload per round',
    subtitle: 'From the devices to the server, all devices together.',
    axis: 'Upload',
    unitOf: unitOfBytes,
  },
  {
    name: 'download',
    column: 'bytesDown',
    title: 'Download per round',
    subtitle: 'From the server to the devices, all devices together.',
    axis: 'Download',
    unitOf: unitOfBytes,
  },
  {
    name: 'waiting-per-round',
    column: 'waitingSeconds',
    title: 'Waiting time per round',
    subtitle: 'From a device’s own end to the round’s, mean over devices.',
    axis: 'Waiting time',
    unitOf: unitOfSeconds,
  },
];

/** Traffic and waiting time of every round. */
export function RoundSection({ view }: { view: ReportView }) {
  return (
    <section>
      <h2>Traffic and waiting</h2>
      <div class="columns">
        {quantities.map((quantity) => (
          <QuantityFigure key={quantity.name} quantity={quantity} view={view} />
        ))}
      </div>
    </section>
  );
}

function QuantityFigure({ quantity, view }: { quantity: RoundQuantity; view: ReportView }) {
  const { name, column, title, subtitle, axis, unitOf } = quantity;
  const { series } = view;
  const valuesOf = (some: readonly SeriesView[]) =>
    some.flatMap(({ seeds }) => seeds.flatMap(({ rounds }) => rounds[column]));
  const greatest = Math.max(0, ...valuesOf(series));
  const unit = unitOf(greatest);
  const rounds = series.flatMap(({ seeds }) => seeds.map((seed) => seed.rounds[column].length));
  const lines = series.map((one) =>
    seriesLine(one, {
      curves: one.seeds.map((seed) =>
        seed.rounds[column].map((y, index) => ({ x: index + 1, y, place: `round ${index + 1}` })),
      ),
      // The grid of the mean is the rounds that all seeds have.
      steps: Math.max(1, Math.min(...one.seeds.map((seed) => seed.rounds[column].length)) - 1),
      formatX: (round) => `round ${round}`,
      formatY: (value) => formatIn(unit, value),
    }),
  );
  return (
    <Figure
      name={name}
      title={`${title}${describeMeans(series, valuesOf, unit)}`}
      subtitle={subtitle}
      rows={() => roundRows(view)}
    >
      <LineChart
        description={title}
        still={[340, 340]}
        height={240}
        x={{ title: 'Round', whole: true, from: 1, to: Math.max(2, ...rounds), format: String }}
        y={{
          title: `${axis} (${unit.name})`,
          from: 0,
          to: greatest || unit.divisor,
          divisor: unit.divisor,
          format: String,
          exact: (value) => formatIn(unit, value),
        }}
        lines={lines}
      />
    </Figure>
  );
}

/** Means: `: legend 2.4 MB, fedlora 6.0 MB`; empty where a title has no room for so many. */
function describeMeans(
  series: readonly SeriesView[],
  valuesOf: (some: readonly SeriesView[]) => number[],
  unit: Unit,
): string {
  if (series.length > 3) return '';
  const means = series.flatMap((one) => {
    const values = valuesOf([one]);
    const sum = values.reduce((total, value) => total + value, 0);
    const mean = sum / values.length;
    if (values.length === 0) return [];
    return series.length > 1 ? namedFigure(one.label, formatIn(unit, mean)) : formatIn(unit, mean);
  });
  return means.length === 0 ? '' : `: ${means.join(', ')}`;
}
