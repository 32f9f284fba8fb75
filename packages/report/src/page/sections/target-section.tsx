import { BarChart } from '@legend-fl/look/charts';
import { Figure } from '../figure.tsx';
import type { CsvRow } from '../format-csv.ts';
import type { ReportView } from '../report-view.ts';
import { roundRows } from '../round-rows.ts';
import { targetCharts } from '../target-charts.ts';

/** What the target costs each strategy, as bars; of a single one, which has nothing to be compared with, in figures. */
export function TargetSection({ view }: { view: ReportView }) {
  const single = view.series.length === 1;
  const { targetAccuracy = null, seeds = [] } = view.series[0] ?? {};
  // What a single strategy never reached tells nothing of what it took.
  const reached = !single || seeds.some(({ toTarget }) => toTarget.seconds !== null);
  const target = reached ? targetAccuracy : null;
  const charts = targetCharts(view, target);
  return (
    <section>
      <h2>{target === null ? 'Cost of the run' : 'Cost of the target'}</h2>
      {single ? (
        <dl class="facts costs">
          {charts.map(({ name, title, bars: [bar] }) => (
            <div key={name}>
              <dt>{title}</dt>
              <dd>
                <strong>{bar?.text}</strong>
                <span>{bar?.detail}</span>
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <div class="columns">
          {charts.map(({ name, title, subtitle, bars }) => (
            <Figure
              key={name}
              name={name}
              title={title}
              subtitle={subtitle}
              rows={() => (name === 'waiting' ? roundRows(view) : targetRows(view))}
            >
              <BarChart description={bars.map(({ tip }) => tip).join('; ')} still={[340, 340]} bars={bars} />
            </Figure>
          ))}
        </div>
      )}
    </section>
  );
}

function targetRows({ series }: ReportView): CsvRow[] {
  return [
    [
      'strategy',
      'seed',
      'seconds to target',
      'rounds to target',
      'bytes up to target',
      'bytes down to target',
    ],
    ...series.flatMap(({ label, seeds }) =>
      seeds.map(({ seed, toTarget: { seconds, rounds, bytesUp, bytesDown } }) => [
        label,
        seed,
        seconds,
        rounds,
        bytesUp,
        bytesDown,
      ]),
    ),
  ];
}
