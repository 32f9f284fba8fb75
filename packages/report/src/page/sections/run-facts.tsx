import type { ReportView } from '../report-view.ts';

/** What was run: model, data, fleet, seeds, host and strategy files of each experiment. */
export function RunFacts({ groups }: Pick<ReportView, 'groups'>) {
  return (
    <section class="runs" aria-label="What was run">
      {groups.map(({ name, facts }) => (
        <div key={name}>
          {groups.length > 1 && <h3>{name}</h3>}
          <dl class="facts">
            {facts.map(({ term, value, detail }) => (
              <div key={`${term} ${value}`}>
                <dt>{term}</dt>
                <dd>
                  <strong>{value}</strong>
                  <span>{detail}</span>
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </section>
  );
}
