import { RankBars } from '../charts/rank-bars.tsx';
import { Figure } from '../figure.tsx';
import type { ReportView, SeriesView } from '../report-view.ts';

/** For each series, the rank distribution of its last round and the share of devices that trained each block. */
export function RankSection({ view: { series } }: { view: ReportView }) {
  const greatestRank = Math.max(1, ...series.flatMap(({ ranks }) => ranks));
  const several = series.some(({ seeds }) => seeds.length > 1)
    ? ' and seeds; the ranks are the first seed’s'
    : '';
  return (
    <section>
      <h2>Rank distribution</h2>
      <p class="lead">
        {`LoRA rank of each block in the last round, and the share of devices that trained it over all rounds${several}. Block 1 is next to the embeddings, the last one next to the output.`}
      </p>
      <div class="pairs">
        {series.map((one, index) => (
          <RankFigure key={one.label} series={one} number={index + 1} greatestRank={greatestRank} />
        ))}
      </div>
    </section>
  );
}

interface RankFigureProps {
  readonly series: SeriesView;
  readonly number: number;
  readonly greatestRank: number;
}

function RankFigure({
  series: { label, tone, ranks, trainedShares },
  number,
  greatestRank,
}: RankFigureProps) {
  const title = `${label}: ${describeRanks(ranks)}`;
  const rows = () => [
    ['strategy', 'block', 'rank', 'trained share'],
    ...ranks.map((rank, index) => [
      label,
      index + 1,
      rank,
      Number((trainedShares[index] ?? 0).toPrecision(4)),
    ]),
  ];
  return (
    <Figure name={`ranks-${number}`} title={title} tone={tone} rows={rows}>
      <RankBars description={title} still={[524, 312]} {...{ tone, ranks, trainedShares, greatestRank }} />
    </Figure>
  );
}

function describeRanks(ranks: readonly number[]): string {
  const [first] = ranks;
  const last = ranks.at(-1);
  if (first === undefined || last === undefined) return 'no round';
  if (ranks.every((rank) => rank === first)) return `rank ${first} in every block`;
  const rising = ranks.every((rank, index) => index === 0 || rank >= (ranks[index - 1] ?? 0));
  const falling = ranks.every((rank, index) => index === 0 || rank <= (ranks[index - 1] ?? 0));
  if (rising) return `ranks rise from ${first} to ${last}`;
  if (falling) return `ranks fall from ${first} to ${last}`;
  return `ranks from ${Math.min(...ranks)} to ${Math.max(...ranks)}`;
}
