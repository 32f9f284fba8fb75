import { ColumnChart } from '@legend-fl/look/charts';
import type { RoundView } from '@legend-fl/protocol';

/** Bars that can still be told apart; of longer runs the last rounds are shown. */
const MAX_BARS = 120;

/** Updates that were clipped and devices that dropped out, in each round. */
export function UpdateSection({ rounds }: { rounds: readonly RoundView[] }) {
  const last = rounds.at(-1);
  if (last === undefined) return null;
  const shown = rounds.slice(-MAX_BARS);
  const eventful = shown.some(({ clipped, dropped }) => clipped + dropped > 0);
  return (
    <section class="updates-of-rounds">
      <h2>Clipped and dropped</h2>
      {eventful ? (
        <>
          {shown.length < rounds.length && (
            <p class="lead">
              The last {shown.length} of {rounds.length} rounds.
            </p>
          )}
          <ColumnChart
            description="Clipped updates and dropped devices in each round"
            height={180}
            each="Round"
            numbers={shown.map(({ round }) => round)}
            title="Devices"
            whole
            format={(value) => value.toLocaleString('en')}
            parts={[
              { label: 'clipped', colour: 'tone-1', values: shown.map(({ clipped }) => clipped) },
              { label: 'dropped out', colour: 'dropped', values: shown.map(({ dropped }) => dropped) },
            ]}
          />
          <p class="note">Last round: {describeUpdates(last)}.</p>
        </>
      ) : (
        <p class="note">
          No update was clipped and no device dropped out in{' '}
          {shown.length === 1 ? 'the first round' : `the last ${shown.length} rounds`}.
        </p>
      )}
    </section>
  );
}

function describeUpdates({ updated, clipped, dropped }: RoundView): string {
  const count = (number: number) => number.toLocaleString('en');
  const updates = updated === 1 ? '1 update' : `${count(updated)} updates`;
  return `${updates}, of which ${count(clipped)} clipped; ${count(dropped)} dropped out`;
}
