import { formatSeconds } from '@legend-fl/look';
import {
  BottomAxis,
  bottomAxisHeight,
  Fitted,
  LeftAxis,
  type Plot,
  Tip,
  TipRow,
  tenth,
  useChoice,
} from '@legend-fl/look/charts';
import { scaleLog } from 'd3-scale';
import { threeDigits } from '../format-figures.ts';

interface DeviceCapacity {
  readonly name: string;
  readonly kind: number;
  /** Seconds per block. */
  readonly forward: number;
  readonly backward: number;
  /** Megabits per second. */
  readonly upload: number;
  readonly download: number;
}

/** How near the pointer has to come to a mark. */
const reach = 14;

/** Seconds per block against the rate of the uplink, a mark per device; both axes are logarithmic. */
export function CapacityChart({ devices }: { devices: readonly DeviceCapacity[] }) {
  return <Fitted draw={(width) => <Drawing devices={devices} width={width} />} />;
}

function Drawing({ devices, width }: { devices: readonly DeviceCapacity[]; width: number }) {
  const height = width > 600 ? 400 : 320;
  const plot: Plot = { left: 44, right: width - 12, top: 30, bottom: height - bottomAxisHeight };
  const known = devices.filter(({ forward, backward, upload }) => forward + backward > 0 && upload > 0);
  const xScale = logScale(known.map(({ upload }) => upload)).range([plot.left + 8, plot.right - 8]);
  const yScale = logScale(known.map(({ forward, backward }) => forward + backward)).range([
    plot.bottom - 8,
    plot.top + 8,
  ]);
  const marks = known.map((device) => ({
    device,
    x: xScale(device.upload),
    y: yScale(device.forward + device.backward),
  }));
  const { chosen, at, handlers } = useChoice<DeviceCapacity>({
    find: ({ x, y }) => {
      const near = marks.map((mark) => ({ mark, distance: Math.hypot(mark.x - x, mark.y - y) }));
      const nearest = near.sort((one, other) => one.distance - other.distance)[0];
      return nearest !== undefined && nearest.distance <= reach ? nearest.mark.device : undefined;
    },
    placeOf: ({ upload, forward, backward }) => ({ x: xScale(upload), y: yScale(forward + backward) }),
  });
  return (
    <>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label="Seconds per block against uplink rate, a mark per device"
        {...handlers}
      >
        <LeftAxis plot={plot} ticks={ticksOf(yScale)} title="Seconds per block" />
        <BottomAxis plot={plot} ticks={ticksOf(xScale)} title="Uplink (Mb/s)" />
        {marks.map(({ device: { name, kind }, x, y }) => (
          <g key={name} class={`tone-${toneOfKind(kind)}`}>
            <KindMark kind={kind} x={x} y={y} />
          </g>
        ))}
      </svg>
      {chosen && (
        <Tip at={at}>
          <TipRow value={describe(chosen)} />
        </Tip>
      )}
    </>
  );
}

function describe({ name, forward, backward, upload, download }: DeviceCapacity): string {
  return `${name}: forward ${formatSeconds(forward)}, backward ${formatSeconds(backward)} per block; up ${threeDigits(upload)} Mb/s, down ${threeDigits(download)} Mb/s`;
}

type LogScale = ReturnType<typeof logScale>;

function logScale(values: readonly number[]) {
  const low = Math.min(...values);
  return scaleLog().domain(values.length === 0 ? [1, 10] : [low, Math.max(low * 1.12, ...values)]);
}

/** At powers of ten, or so many times them that there are a few; d3's own are none or one within a decade. */
function ticksOf(scale: LogScale) {
  const [low = 1, high = 1] = scale.domain();
  const from = Math.floor(Math.log10(low));
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - from + 1 },
    (_, step) => 10 ** (from + step),
  );
  const candidates = [[1], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]].map((factors) =>
    powers
      .flatMap((power) => factors.map((factor) => factor * power))
      .filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)),
  );
  const ticks = candidates.find(({ length }) => length >= 3) ?? candidates.at(-1) ?? [];
  return ticks.map((value) => ({ at: scale(value), text: threeDigits(value) }));
}

const shapes = [
  'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z',
  'M-4.5 -4.5h9v9h-9z',
  'M0 -6L5.5 4.5H-5.5z',
  'M0 -6.5L6 0L0 6.5L-6 0z',
  'M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4z',
  'M0 6L5.5 -4.5H-5.5z',
];

/** A shape per kind, so that kinds are told apart without their colours. */
export function KindMark({ kind, x, y }: { kind: number; x: number; y: number }) {
  return (
    <path class="device" d={shapes[kind % shapes.length]} transform={`translate(${tenth(x)} ${tenth(y)})`} />
  );
}

export function toneOfKind(kind: number): number {
  return (kind % 6) + 1;
}
