import { formatSeconds } from '@legend-fl/look';
import { Timeline, TipRow } from '@legend-fl/look/charts';
import { useState } from 'preact/hooks';
import { Choose, Stepper } from '../controls.tsx';
import { Figure } from '../figure.tsx';
import { formatCount } from '../format-figures.ts';
import { groupByKind } from '../group-by-kind.ts';
import type { ReportView } from '../report-view.ts';
import { phases, type TimelineDevice, timelineDevices } from '../timeline-devices.ts';

/** Up to so many rows have their names beside them, which say the kind. */
const mostNamed = 60;

/** What each device does when, in a round to choose. */
export function TimelineSection({ view }: { view: ReportView }) {
  const [place, setPlace] = useState({ series: 0, seed: 0, round: 0 });
  const [order, setOrder] = useState(0);
  const { series, runs } = view;
  const one = series[place.series];
  const seed = one?.seeds[place.seed];
  const run = seed && runs[seed.run];
  if (one === undefined || seed === undefined || run === undefined) return null;
  const position = Math.min(place.round, seed.timelines.length - 1);
  const round = seed.timelines[position];
  const devices = timelineDevices({ run, seed, position, byCompletion: order === 1 });
  const end = Math.max(0, ...devices.flatMap(({ spans }) => spans.map(({ to }) => to)));
  const [unit, divisor] = end < 600 ? ['s', 1] : end < 7200 ? ['min', 60] : ['h', 3600];
  const { participants = 0, devices: shown = [] } = round ?? {};
  const titles = ['strategy', 'seed', 'round', 'device', 'kind', 'depth'];
  const rows = () => [
    [...titles, ...phases.map((phase) => `${phase} seconds`), 'dropped'],
    ...devices.map(({ name, kind, depth, spans, reason }) => [
      one.label,
      seed.seed,
      position + 1,
      name,
      kind,
      depth,
      ...phases.map((phase) => {
        const span = spans.find(({ colour }) => colour === phase);
        return span && Number((span.to - span.from).toPrecision(4));
      }),
      reason,
    ]),
  ];
  return (
    <section class="timeline">
      <h2>One round, device by device</h2>
      <Figure
        name="timeline"
        title="Who works and who waits"
        subtitle="A bar per device from the round’s start to its end. Forward and backward passes take turns; each is drawn as its sum."
        rows={rows}
      >
        <div class="controls">
          <Choose
            title="Strategy"
            texts={series.map(({ label }) => label)}
            chosen={place.series}
            onChoose={(index) => setPlace({ ...place, series: index, seed: 0 })}
          />
          <Choose
            title="Seed"
            texts={one.seeds.map((other) => runs[other.run]?.label ?? '')}
            chosen={place.seed}
            onChoose={(index) => setPlace({ ...place, seed: index })}
          />
          <Stepper
            title="Round"
            texts={seed.timelines.map((_, index) => String(index + 1))}
            chosen={position}
            onChoose={(index) => setPlace({ ...place, round: index })}
          />
          <Choose
            title="Order"
            texts={[run.kinds.length > 1 ? 'by kind' : 'by name', 'by completion']}
            chosen={order}
            onChoose={setOrder}
          />
        </div>
        <ul class="part-key">
          {phases.map((phase) => (
            <li key={phase}>
              <span class="swatch" style={{ background: `var(--${phase})` }} />
              {phase}
            </li>
          ))}
          <li>
            <span class="dropped">✕</span> dropped out
          </li>
        </ul>
        <Timeline
          description="What each device does in the chosen round; arrow keys go from device to device"
          rows={devices.map(({ name, spans, seconds, reason }) => ({
            name,
            spans,
            cross: reason === undefined ? undefined : seconds,
          }))}
          groups={order === 0 && devices.length > mostNamed ? groupByKind(run, shown) : []}
          title={`Time since the round’s start (${unit})`}
          divisor={Number(divisor)}
          describe={(row) => <DeviceTip device={devices[row]} />}
        />
        {shown.length < participants && (
          <p class="note">
            {`Of ${formatCount(participants, 'device')} in this round ${shown.length} are shown, evenly chosen, the slowest among them.`}
          </p>
        )}
      </Figure>
    </section>
  );
}

function DeviceTip({ device }: { device: TimelineDevice | undefined }) {
  if (device === undefined) return null;
  const { name, depth, spans, seconds, reason } = device;
  return (
    <>
      <TipRow value={name} place={formatCount(depth, 'block')} />
      {spans.map(({ colour, from, to }) => (
        <TipRow key={colour} label={colour} value={formatSeconds(to - from)} />
      ))}
      {reason !== undefined && (
        <TipRow label={`dropped out after ${formatSeconds(seconds)}:`} value={reason} />
      )}
    </>
  );
}
