import { formatBytes, formatPercent } from '@legend-fl/look';
import type { RoundView, RunView } from '@legend-fl/protocol';
import { useState } from 'preact/hooks';
import { formatSpan } from '../../shared/format-time.ts';
import { compareFigures } from './compare-figures.ts';

interface Props {
  readonly runs: readonly RunView[];
  readonly rounds: ReadonlyMap<string, readonly RoundView[]>;
}

/** Runs side by side by their figures; nothing while there are fewer than two with a finished round. */
export function CompareRuns({ runs, rounds }: Props) {
  const [left, leave] = useState<ReadonlySet<string>>(new Set());
  const begun = runs.filter(({ id }) => (rounds.get(id) ?? []).length > 0);
  if (begun.length < 2) return null;
  const comparison = compareFigures(
    begun.filter(({ id }) => !left.has(id)),
    rounds,
  );
  const toggle = (id: string) => {
    const others = new Set(left);
    if (!others.delete(id)) others.add(id);
    leave(others);
  };
  return (
    <details class="compare">
      <summary>Compare runs</summary>
      <fieldset class="switch">
        <legend>Runs</legend>
        {begun.map(({ id, name }) => (
          <label key={id}>
            <input type="checkbox" checked={!left.has(id)} onChange={() => toggle(id)} />
            {name}
          </label>
        ))}
      </fieldset>
      {comparison === undefined ? <p class="note">Choose at least two runs.</p> : <Figures {...comparison} />}
    </details>
  );
}

function Figures({ reached, figures }: NonNullable<ReturnType<typeof compareFigures>>) {
  const titles = [
    'Final accuracy',
    'Best',
    'Untrained',
    'Loss',
    'Rounds',
    'Time',
    `Time to ${formatPercent(reached)}`,
    'Up',
    'Down',
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on narrow pages, by the keyboard too
    <section class="history-scroller" tabindex={0} aria-label="Figures of the runs">
      <table>
        <thead>
          <tr>
            <th scope="col" class="notes">
              Run
            </th>
            {titles.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {figures.map(({ run, rounds, ...figure }) => (
            <tr key={run.id}>
              <th scope="row" class="notes">
                {run.name}
                <small>
                  {run.strategy}, {run.status}
                </small>
              </th>
              <td>{formatPercent(figure.finalAccuracy)}</td>
              <td>{formatPercent(figure.bestAccuracy)}</td>
              <td>{run.baseline === null ? '–' : formatPercent(run.baseline.accuracy)}</td>
              <td>{figure.finalLoss.toFixed(4)}</td>
              <td>
                {rounds} of {run.rounds}
              </td>
              <td>{formatSpan(figure.seconds)}</td>
              <td>{formatSpan(figure.secondsToReached)}</td>
              <td>{formatBytes(figure.bytesUp)}</td>
              <td>{formatBytes(figure.bytesDown)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
