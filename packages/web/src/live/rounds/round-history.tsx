import { formatBytes, formatPercent, formatSeconds } from '@legend-fl/look';
import type { RoundView, RunView } from '@legend-fl/protocol';
import { useState } from 'preact/hooks';
import { formatMoment, formatSpan } from '../../shared/format-time.ts';
import { serverNow } from '../../shared/server-clock.ts';

const SHOWN_AT_FIRST = 20;

/** A row per finished round, the last one first, with the untrained adapter at the end. */
export function RoundHistory({ run, rounds }: { run: RunView; rounds: readonly RoundView[] }) {
  const [all, setAll] = useState(false);
  if (rounds.length === 0) return null;
  const shown = all ? rounds : rounds.slice(-SHOWN_AT_FIRST);
  return (
    <section class="history">
      <h2>Rounds</h2>
      <section class="history-scroller" tabindex={0} aria-label="Finished rounds">
        <table>
          <thead>
            <tr>
              {['Round', 'Finished', 'Accuracy', 'Loss', 'Took', 'Up', 'Down', 'Updates'].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
              <th scope="col" class="notes">
                Notes
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.toReversed().map((round) => (
              <tr key={round.round}>
                <th scope="row">{round.round}</th>
                <td>{formatMoment(round.finishedAt, serverNow())}</td>
                <td>{formatPercent(round.accuracy)}</td>
                <td>{round.loss.toFixed(4)}</td>
                <td>
                  {round.roundSeconds < 60
                    ? formatSeconds(round.roundSeconds)
                    : formatSpan(round.roundSeconds)}
                </td>
                <td>{formatBytes(round.bytesUp)}</td>
                <td>{formatBytes(round.bytesDown)}</td>
                <td>{round.updated.toLocaleString('en')}</td>
                <td class="notes">{describeNotes(round)}</td>
              </tr>
            ))}
            {run.baseline !== null && shown.length === rounds.length && (
              <tr>
                <th scope="row">0</th>
                <td />
                <td>{formatPercent(run.baseline.accuracy)}</td>
                <td>{run.baseline.loss.toFixed(4)}</td>
                <td colspan={4} />
                <td class="notes">untrained</td>
              </tr>
            )}
          </tbody>
        </table>
      </section>
      {shown.length < rounds.length && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {rounds.length.toLocaleString('en')} rounds
        </button>
      )}
    </section>
  );
}

function describeNotes({ dropped, clipped }: RoundView): string {
  const devices = (count: number) => (count === 1 ? '1 device' : `${count.toLocaleString('en')} devices`);
  const updates = (count: number) => (count === 1 ? '1 update' : `${count.toLocaleString('en')} updates`);
  return [
    ...(dropped > 0 ? [`${devices(dropped)} dropped out`] : []),
    ...(clipped > 0 ? [`${updates(clipped)} clipped`] : []),
  ].join(', ');
}
