import { useState } from 'preact/hooks';
import { CapacityChart, KindMark, toneOfKind } from '../charts/capacity-chart.tsx';
import { Choose, Stepper } from '../controls.tsx';
import { Figure } from '../figure.tsx';
import { formatCount } from '../format-figures.ts';
import type { CapacitiesView, ReportView, RunView } from '../report-view.ts';

/** What the fleet can do, in a round to choose; nothing where no record tells. */
export function CapacitySection({ view }: { view: ReportView }) {
  const runs = view.runs.filter(({ capacities }) => capacities.length > 0);
  const [chosen, setChosen] = useState({ run: 0, round: 0 });
  const run = runs[chosen.run];
  if (run === undefined) return null;
  const position = Math.min(chosen.round, run.capacities.length - 1);
  const round = run.capacities[position];
  if (round === undefined) return null;
  const devices = listDevices(run, round);
  const rows = () => [
    [
      'run',
      'round',
      'device',
      'kind',
      'forward seconds per block',
      'backward seconds per block',
      'Mb/s up',
      'Mb/s down',
    ],
    ...devices.map(({ name, kind, forward, backward, upload, download }) => [
      run.label,
      round.round,
      name,
      run.kinds[kind],
      forward,
      backward,
      upload,
      download,
    ]),
  ];
  return (
    <section class="capacities">
      <h2>The fleet’s capacities</h2>
      <Figure
        name="capacities"
        title="How unlike the devices are"
        subtitle="A mark per device: seconds per block of one local step, forward and backward, against the rate of its uplink. Both axes are logarithmic."
        rows={rows}
      >
        <div class="controls">
          <Choose
            title="Seed"
            texts={runs.map(({ label }) => label)}
            chosen={chosen.run}
            onChoose={(index) => setChosen({ ...chosen, run: index })}
          />
          <Stepper
            title="Round"
            texts={run.capacities.map((one) => String(one.round))}
            chosen={position}
            onChoose={(index) => setChosen({ ...chosen, round: index })}
          />
        </div>
        {run.kinds.length > 1 && (
          <ul class="part-key">
            {run.kinds.map((kind, index) => (
              <li key={kind}>
                <svg viewBox="-7 -7 14 14" class={`sample tone-${toneOfKind(index)}`} aria-hidden="true">
                  <KindMark kind={index} x={0} y={0} />
                </svg>
                {kind}
              </li>
            ))}
          </ul>
        )}
        <CapacityChart devices={devices} />
        {round.devices.length < round.participants && (
          <p class="note">
            {`Of ${formatCount(round.participants, 'device')} in this round ${round.devices.length} are shown, evenly chosen.`}
          </p>
        )}
      </Figure>
    </section>
  );
}

function listDevices({ names, kindOf }: RunView, round: CapacitiesView) {
  return round.devices.map((device, position) => ({
    name: names[device] ?? '',
    kind: kindOf[device] ?? 0,
    forward: round.forward[position] ?? 0,
    backward: round.backward[position] ?? 0,
    upload: round.upload[position] ?? 0,
    download: round.download[position] ?? 0,
  }));
}
