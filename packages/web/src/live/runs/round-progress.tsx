import type { DeviceView, RoundView, RunView } from '@legend-fl/protocol';
import { formatSpan } from '../../shared/format-time.ts';
import { Meter } from '../../shared/meter.tsx';
import { useNow } from '../../shared/use-now.ts';
import { estimateEnd } from './estimate-end.ts';
import { listMissing, type MissingDevice } from './missing-devices.ts';

/** Devices that hold a round up and are named; the others are counted. */
const MAX_NAMED = 4;

interface Props {
  readonly run: RunView;
  readonly rounds: readonly RoundView[];
  readonly devices: readonly DeviceView[];
}

/** How far the round under way has got, whom it waits for, and when the run ends. */
export function RoundProgress({ run, rounds, devices }: Props) {
  const now = useNow();
  const { assigned, updated, dropped } = run.devices;
  const count = (number: number) => number.toLocaleString('en');
  const phase = {
    planning: 'is being planned',
    collecting: `has ${count(updated)} of ${count(assigned)} updates`,
    aggregating: 'is adding its updates up',
    evaluating: 'is being scored',
    finished: 'was the last',
  }[run.phase];
  const missing = run.phase === 'collecting' ? listMissing(devices, now) : [];
  return (
    <div class="round-progress">
      <p>
        Round {run.round} of {run.rounds} {phase}
        {dropped > 0 && `, ${count(dropped)} dropped out`}
        {run.phase === 'collecting' && run.deadlineAt !== null && (
          <span class="place">, closes in {formatSpan((run.deadlineAt - now) / 1000)} at the latest</span>
        )}
      </p>
      <Meter done={updated + dropped} of={assigned} label={`Devices that are done with round ${run.round}`} />
      {missing.length > 0 && <Missing missing={missing} />}
      <End run={run} rounds={rounds} now={now} />
    </div>
  );
}

function Missing({ missing }: { missing: readonly MissingDevice[] }) {
  const more = missing.length - MAX_NAMED;
  return (
    <>
      <p>Waiting for:</p>
      <ul class="missing">
        {missing.slice(0, MAX_NAMED).map(({ name, doing, seconds, lateSeconds }) => (
          <li key={name}>
            <strong>{name}</strong>: {doing}, {formatSpan(seconds)} so far
            {lateSeconds >= 1 && <span class="late">, {formatSpan(lateSeconds)} longer than planned</span>}
          </li>
        ))}
        {more > 0 && <li>and {more.toLocaleString('en')} more</li>}
      </ul>
    </>
  );
}

function End({ run, rounds, now }: Pick<Props, 'run' | 'rounds'> & { now: number }) {
  const end = estimateEnd(run, rounds, now);
  if (end === undefined) return null;
  const basis = end.rounds === 1 ? 'from the last round' : `from the last ${end.rounds} rounds`;
  const sooner = run.targetAccuracy === null ? '' : '; sooner if it reaches its target';
  return (
    <p class="note">
      Ends in about {formatSpan(roundSpan(end.seconds))} (estimated {basis}
      {sooner}).
    </p>
  );
}

/** To whole minutes from two on: an estimate is no better than that. */
function roundSpan(seconds: number): number {
  return seconds < 120 ? seconds : 60 * Math.round(seconds / 60);
}
