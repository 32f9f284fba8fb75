import { formatPercent, formatTarget } from '@legend-fl/look';
import { type Axis, LineChart } from '@legend-fl/look/charts';
import type { RoundView, RunView } from '@legend-fl/protocol';
import { useState } from 'preact/hooks';

/** Accuracy and loss after every round, from the untrained adapter on where its score is known. */
export function LearningSection({ run, rounds }: { run: RunView; rounds: readonly RoundView[] }) {
  const [over, setOver] = useState<'rounds' | 'time'>('rounds');
  const xOf = ({ round, seconds }: RoundView) => (over === 'rounds' ? round : seconds);
  const x = over === 'rounds' ? roundAxis : timeAxis(rounds.at(-1)?.seconds ?? 0);
  const { baseline } = run;
  const line = (label: string, tone: number, value: (score: Score) => number) => {
    const start = baseline === null ? [] : [{ x: 0, y: value(baseline) }];
    const points = rounds.map((round) => ({ x: xOf(round), y: value(round) }));
    return [{ label, tone, points: [...start, ...points] }];
  };
  const { targetAccuracy } = run;
  return (
    <section class="learning">
      <h2>Accuracy and loss</h2>
      {rounds.length === 0 ? (
        <p class="note">
          No round is finished yet.
          {baseline !== null &&
            ` Untrained, the model is right for ${formatPercent(baseline.accuracy)} of the examples.`}
        </p>
      ) : (
        <>
          <fieldset class="switch">
            <legend>Over</legend>
            {(['rounds', 'time'] as const).map((name) => (
              <label key={name}>
                <input type="radio" name="over" checked={over === name} onChange={() => setOver(name)} />
                {name}
              </label>
            ))}
          </fieldset>
          <div class="pairs">
            <LineChart
              description={`Accuracy over ${over}`}
              height={260}
              x={x}
              y={{ title: 'Accuracy', format: (value) => formatPercent(value, 0), exact: formatPercent }}
              lines={line('Accuracy', 1, ({ accuracy }) => accuracy)}
              level={
                targetAccuracy === null
                  ? undefined
                  : { y: targetAccuracy, label: `target ${formatTarget(targetAccuracy)}` }
              }
            />
            <LineChart
              description={`Loss over ${over}`}
              height={260}
              x={x}
              y={{
                title: 'Loss',
                format: (value) => String(Number(value.toPrecision(4))),
                exact: (value) => value.toFixed(4),
              }}
              lines={line('Loss', 2, ({ loss }) => loss)}
            />
          </div>
          {baseline !== null && (
            <p class="note">
              {over === 'rounds' ? 'Round 0' : 'Time 0'} is the untrained model: accuracy{' '}
              {formatPercent(baseline.accuracy)}, loss {baseline.loss.toFixed(4)}.
            </p>
          )}
        </>
      )}
    </section>
  );
}

type Score = Pick<RoundView, 'accuracy' | 'loss'>;

const roundAxis: Axis = { title: 'Round', whole: true, format: String };

function timeAxis(longest: number): Axis {
  const [unit, seconds] = longest < 600 ? ['s', 1] : longest < 7200 ? ['min', 60] : ['h', 3600];
  return {
    title: `Time (${unit})`,
    divisor: Number(seconds),
    format: (value) => String(Number(value.toPrecision(3))),
  };
}
