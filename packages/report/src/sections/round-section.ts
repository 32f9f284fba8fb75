import { formatIn, type Unit, unitOfBytes, unitOfSeconds } from '@legend-fl/look';
import { lineChart } from '../charts/line-chart.ts';
import type { RoundDigest } from '../digest/digest-round.ts';
import { drawFigure, namedFigure } from '../draw-figure.ts';
import { type Html, html } from '../html.ts';
import type { Series } from '../list-series.ts';
import { seriesLine } from '../series-line.ts';

const chartWidth = 340;

interface RoundQuantity {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly axis: string;
  unitOf(greatest: number): Unit;
  amountOf(round: RoundDigest): number;
}

const quantities: readonly RoundQuantity[] = [
  {
    name: 'upload',
    title: 'Upload per round',
    subtitle: 'From the devices to the server, all devices together.',
    axis: 'Upload',
    unitOf: unitOfBytes,
    amountOf: ({ bytesUp }) => bytesUp,
  },
  {
    name: 'download',
    title: 'Download per round',
    subtitle: 'From the server to the devices, all devices together.',
    axis: 'Download',
    unitOf: unitOfBytes,
    amountOf: ({ bytesDown }) => bytesDown,
  },
  {
    name: 'waiting-per-round',
    title: 'Waiting time per round',
    subtitle: 'From a device’s own end to the round’s, mean over devices.',
    axis: 'Waiting time',
    unitOf: unitOfSeconds,
    amountOf: ({ waitingSeconds }) => waitingSeconds,
  },
];

/** Traffic and waiting time of every round. */
export function roundSection(series: readonly Series[]): Html {
  const figures = quantities.map((quantity) => drawQuantity(quantity, series));
  return html`<section><h2>Traffic and waiting</h2><div class="columns">${figures}</div></section>`;
}

function drawQuantity(quantity: RoundQuantity, series: readonly Series[]): Html {
  const { name, title, subtitle, axis, amountOf } = quantity;
  const greatest = Math.max(0, ...allRounds(series).map(amountOf));
  const unit = quantity.unitOf(greatest);
  const lines = series.map((one) =>
    seriesLine(one, {
      curves: one.seeds.map(({ rounds }) =>
        rounds.map((round) => ({
          x: round.round,
          y: amountOf(round) / unit.divisor,
          place: `round ${round.round}`,
        })),
      ),
      // The grid of the mean is the rounds that all seeds have.
      steps: Math.max(1, Math.min(...one.seeds.map(({ rounds }) => rounds.length)) - 1),
      formatX: (round) => `round ${round}`,
      formatY: (value) => formatIn(unit, value * unit.divisor),
    }),
  );
  const body = lineChart({
    description: title,
    width: chartWidth,
    height: 240,
    x: {
      title: 'Round',
      whole: true,
      from: 1,
      to: Math.max(2, ...allRounds(series).map(({ round }) => round)),
      format: String,
    },
    y: {
      title: `${axis} (${unit.name})`,
      from: 0,
      to: greatest === 0 ? 1 : greatest / unit.divisor,
      format: String,
    },
    lines,
  });
  return drawFigure({ name, title: `${title}${describeMeans(series, amountOf, unit)}`, subtitle, body });
}

/** `: legend 2.4 MB, fedlora 6.0 MB`; empty where a title has no room for so many. */
function describeMeans(
  series: readonly Series[],
  amountOf: (round: RoundDigest) => number,
  unit: Unit,
): string {
  if (series.length > 3) return '';
  const means = series.flatMap((one) => {
    const rounds = allRounds([one]);
    const sum = rounds.reduce((total, round) => total + amountOf(round), 0);
    return rounds.length === 0 ? [] : namedFigure(one.label, formatIn(unit, sum / rounds.length));
  });
  return means.length === 0 ? '' : `: ${means.join(', ')}`;
}

function allRounds(series: readonly Series[]): RoundDigest[] {
  return series.flatMap(({ seeds }) => seeds.flatMap(({ rounds }) => rounds));
}
