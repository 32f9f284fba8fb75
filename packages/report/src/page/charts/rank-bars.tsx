import {
  chartTextSize,
  Fitted,
  type Frame,
  Tip,
  TipRow,
  tenth,
  textWidth,
  useChoice,
} from '@legend-fl/look/charts';
import { scaleBand, scaleLinear } from 'd3-scale';

interface RankBarsProps extends Frame {
  readonly description: string;
  readonly tone: number;
  /** Rank of each block, from block 1. */
  readonly ranks: readonly number[];
  /** Share of the devices that trained each block. */
  readonly trainedShares: readonly number[];
  /** Rank at the top of the chart, the same in charts that stand side by side. */
  readonly greatestRank: number;
}

const height = 220;
const rowTitles = ['Block', 'Trained by'] as const;

/** A bar per block, from the embeddings to the output, with its rank above and the share of devices below. */
export function RankBars({ width, still, ...chart }: RankBarsProps) {
  return <Fitted width={width} still={still} draw={(width) => <Drawing {...chart} width={width} />} />;
}

function Drawing({
  description,
  tone,
  ranks,
  trainedShares,
  greatestRank,
  width,
}: RankBarsProps & { width: number }) {
  const top = chartTextSize * 2.8;
  const bottom = height - 48;
  const left = Math.max(...rowTitles.map(textWidth)) + 8;
  const bands = scaleBand<number>().domain(ranks.keys()).range([left, width]).paddingInner(0.28);
  const heights = scaleLinear()
    .domain([0, greatestRank])
    .range([0, bottom - top]);
  // Every how many bars there is room for texts as wide as `100%`.
  const every = Math.max(1, Math.ceil((textWidth('100%') + 2) / bands.step()));
  const shareOf = (index: number) => `${Math.round((trainedShares[index] ?? 0) * 100)}%`;
  const { chosen, at, handlers } = useChoice<number>({
    find: ({ x, y }) => {
      const index = Math.floor((x - left) / bands.step());
      return y < top || y > bottom || ranks[index] === undefined ? undefined : index;
    },
    placeOf: (index) => ({ x: bands(index) ?? 0, y: top }),
  });
  return (
    <>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={description}
        class={`tone-${tone}`}
        {...handlers}
      >
        <text x={0} y={chartTextSize}>
          LoRA rank
        </text>
        {ranks.map((rank, index) => {
          const x = bands(index) ?? 0;
          const [middle, tall] = [tenth(x + bands.bandwidth() / 2), heights(rank)];
          return (
            <g key={index} text-anchor="middle">
              <rect
                class="bar"
                x={tenth(x)}
                y={tenth(bottom - tall)}
                width={tenth(bands.bandwidth())}
                height={tenth(tall)}
              />
              {(ranks.length - 1 - index) % every === 0 && (
                <>
                  <text class="value" x={middle} y={tenth(bottom - tall - 6)}>
                    {rank}
                  </text>
                  <text x={middle} y={bottom + 18}>
                    {index + 1}
                  </text>
                  <text x={middle} y={bottom + 36}>
                    {shareOf(index)}
                  </text>
                </>
              )}
            </g>
          );
        })}
        <line class="base" x1={tenth(left)} x2={width} y1={bottom} y2={bottom} />
        {rowTitles.map((title, row) => (
          <text key={title} x={0} y={bottom + 18 * (row + 1)}>
            {title}
          </text>
        ))}
      </svg>
      {chosen !== undefined && (
        <Tip at={at}>
          <TipRow
            value={`Block ${chosen + 1}: rank ${ranks[chosen]}, trained by ${shareOf(chosen)} of devices`}
          />
        </Tip>
      )}
    </>
  );
}
