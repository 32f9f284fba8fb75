import { ThemeChooser } from './controls.tsx';
import type { ReportView } from './report-view.ts';
import { AccuracySection } from './sections/accuracy-section.tsx';
import { CapacitySection } from './sections/capacity-section.tsx';
import { ComparisonSection } from './sections/comparison-section.tsx';
import { DepthSection } from './sections/depth-section.tsx';
import { RankSection } from './sections/rank-section.tsx';
import { RoundSection } from './sections/round-section.tsx';
import { RunFacts } from './sections/run-facts.tsx';
import { TargetSection } from './sections/target-section.tsx';
import { TimelineSection } from './sections/timeline-section.tsx';

/**
 * One page about one run or several: what was run, the comparison, and the figures. Drawn once without a browser, for
 * readers without scripts, and again by `main.tsx`, which brings it to life.
 */
export function ReportPage({ view }: { view: ReportView }) {
  return (
    <>
      <header>
        <div class="top">
          <p class="overline">Legend, federated fine-tuning report</p>
          <ThemeChooser />
        </div>
        <h1>{view.title}</h1>
        <RunFacts groups={view.groups} />
      </header>
      <main>
        <noscript>
          <p class="note">
            Without JavaScript this page shows no hover values, timelines, depth maps and capacities.
          </p>
        </noscript>
        {view.series.length > 0 && (
          <>
            <TargetSection view={view} />
            <ComparisonSection view={view} />
            <AccuracySection view={view} />
            <RoundSection view={view} />
            <TimelineSection view={view} />
            <DepthSection view={view} />
            <CapacitySection view={view} />
            <RankSection view={view} />
          </>
        )}
      </main>
      <footer>
        {view.notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
      </footer>
    </>
  );
}
