import { formatSeconds } from '@legend-fl/look';
import { useState } from 'preact/hooks';
import type { DeviceRound } from './device-progress.ts';

const SHOWN_AT_FIRST = 20;

/** The rounds of this device, latest first. */
export function RoundTable({ rounds }: { rounds: readonly DeviceRound[] }) {
  const [all, setAll] = useState(false);
  const latest = rounds.toReversed();
  const shown = all ? latest : latest.slice(0, SHOWN_AT_FIRST);
  return (
    <>
      <h2>Rounds of this device</h2>
      <table class="rounds">
        <thead>
          <tr>
            <th scope="col">Round</th>
            <th scope="col">Blocks</th>
            <th scope="col">Loss</th>
            <th scope="col">Time</th>
            <th scope="col">Update</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ round, depth, loss, seconds, ...outcome }, index) => (
            <tr key={rounds.length - index}>
              <th scope="row">{round}</th>
              <td>{depth ?? '–'}</td>
              <td>{loss === null ? '–' : loss.toFixed(4)}</td>
              <td>{seconds === null ? '–' : formatSeconds(seconds)}</td>
              <td>{describeOutcome(outcome)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!all && latest.length > SHOWN_AT_FIRST && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {latest.length}
        </button>
      )}
    </>
  );
}

function describeOutcome({ rejected, late }: Pick<DeviceRound, 'rejected' | 'late'>): string {
  if (rejected === undefined) return 'under way';
  if (late) return 'too late: the round had closed';
  return rejected === null ? 'accepted' : `not accepted: ${rejected}`;
}
