import { formatIn, formatNumber, type Unit, unitOfBytes, unitOfSeconds } from '@legend-fl/look';
import { ColumnChart } from '@legend-fl/look/charts';
import type { RoundView } from '@legend-fl/protocol';

/** Bars that can still be told apart; of longer runs the last rounds are shown. */
const MAX_BARS = 120;

/** What every round cost. */
export function TrafficSection({ rounds }: { rounds: readonly RoundView[] }) {
  if (rounds.length === 0) return null;
  const shown = rounds.slice(-MAX_BARS);
  const numbers = shown.map(({ round }) => round);
  const bytes = unitOfBytes(Math.max(...shown.map(({ bytesUp, bytesDown }) => bytesUp + bytesDown)));
  const time = unitOfSeconds(Math.max(...shown.map(({ roundSeconds }) => roundSeconds)));
  return (
    <section class="traffic">
      <h2>Traffic and waiting</h2>
      {shown.length < rounds.length && (
        <p class="lead">
          The last {shown.length} of {rounds.length} rounds.
        </p>
      )}
      <div class="pairs">
        <ColumnChart
          description="Bytes up and down in each round"
          height={240}
          each="Round"
          numbers={numbers}
          title={`Traffic (${bytes.name})`}
          format={(value) => shortNumber(bytes, value)}
          parts={[
            { label: 'up', colour: 'upload', values: shown.map(({ bytesUp }) => bytesUp) },
            { label: 'down', colour: 'download', values: shown.map(({ bytesDown }) => bytesDown) },
          ]}
        />
        <ColumnChart
          description="Time of each round, and of it the devices’ mean waiting time"
          height={240}
          each="Round"
          numbers={numbers}
          title={`Time (${time.name})`}
          format={(value) => shortNumber(time, value)}
          parts={[
            {
              label: 'at work, mean of the devices',
              colour: 'forward',
              values: shown.map(({ roundSeconds, waitingSeconds }) => roundSeconds - waitingSeconds),
            },
            {
              label: 'waiting',
              colour: 'waiting',
              values: shown.map(({ waitingSeconds }) => waitingSeconds),
            },
          ]}
        />
      </div>
      <p class="note">
        Last round: {formatIn(bytes, shown.at(-1)?.bytesUp ?? 0)} up,{' '}
        {formatIn(bytes, shown.at(-1)?.bytesDown ?? 0)} down;{' '}
        {formatIn(time, shown.at(-1)?.roundSeconds ?? 0)}, of which devices waited{' '}
        {formatIn(time, shown.at(-1)?.waitingSeconds ?? 0)} on average.
      </p>
    </section>
  );
}

/** Without zeros at the end. */
function shortNumber(unit: Unit, value: number): string {
  return String(Number(formatNumber(unit, value)));
}
