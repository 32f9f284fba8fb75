import { formatPercent } from '@legend-fl/look';
import type { RoundView, RunView } from '@legend-fl/protocol';

interface Props {
  readonly runs: readonly RunView[];
  readonly rounds: ReadonlyMap<string, readonly RoundView[]>;
  readonly chosen: string | undefined;
  choose(run: string): void;
}

/** The runs to choose from, latest first; nothing where there is no choice. */
export function RunList({ runs, rounds, chosen, choose }: Props) {
  if (runs.length < 2) return null;
  return (
    <nav class="runs" aria-label="Runs">
      <ul>
        {runs.map((run) => (
          <li key={run.id}>
            <button
              type="button"
              aria-current={run.id === chosen ? 'true' : undefined}
              onClick={() => choose(run.id)}
            >
              <strong>{run.name}</strong>
              <span class={`badge badge-${run.status}`}>{run.status}</span>
              <small>
                {run.strategy}, {rounds.get(run.id)?.length ?? 0} of {run.rounds} rounds
                {run.accuracy !== null && `, ${formatPercent(run.accuracy)}`}
              </small>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
