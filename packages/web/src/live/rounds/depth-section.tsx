import { tellApart } from '@legend-fl/look';
import { HeatMap, shade } from '@legend-fl/look/charts';
import type { DeviceView, RoundView, RunView } from '@legend-fl/protocol';
import { useEffect, useState } from 'preact/hooks';
import { Failure } from '../../shared/failure.tsx';
import { countDepths, mostDevices } from './count-depths.ts';
import { type DeviceDepths, readDeviceDepths } from './read-device-depths.ts';

/** Rows that can still be read; a greater fleet is shown in numbers. */
const MAX_DEVICE_ROWS = 60;
/** Columns that can still be told apart; of longer runs the last rounds are shown. */
const MAX_COLUMNS = 160;

interface Props {
  readonly run: RunView;
  readonly rounds: readonly RoundView[];
  readonly devices: readonly DeviceView[];
}

/** How deep the devices trained: each of them where there are few, otherwise how many. */
export function DepthSection(props: Props) {
  const { run, devices } = props;
  const rounds = props.rounds.slice(-MAX_COLUMNS);
  const few = devices.length <= MAX_DEVICE_ROWS;
  const [by, setBy] = useState<'device' | 'depth'>('device');
  if (rounds.length === 0) return null;
  const shown = few ? by : 'depth';
  return (
    <section class="depths">
      <h2>Blocks trained</h2>
      {rounds.length < props.rounds.length && (
        <p class="lead">
          The last {rounds.length} of {props.rounds.length} rounds.
        </p>
      )}
      {few ? (
        <fieldset class="switch">
          <legend>A row per</legend>
          {(['device', 'depth'] as const).map((name) => (
            <label key={name}>
              <input type="radio" name="depths-by" checked={by === name} onChange={() => setBy(name)} />
              {name}
            </label>
          ))}
        </fieldset>
      ) : (
        <p class="lead">
          How many of the {devices.length.toLocaleString('en')} devices trained each number of blocks. Up to{' '}
          {MAX_DEVICE_ROWS} devices have a row each.
        </p>
      )}
      {shown === 'device' ? (
        <DepthsOfDevices {...props} rounds={rounds} />
      ) : (
        <NumbersOfDevices run={run} rounds={rounds} />
      )}
    </section>
  );
}

function NumbersOfDevices({ run, rounds }: Omit<Props, 'devices'>) {
  const most = mostDevices(rounds);
  const steps = [...new Set([1, Math.ceil(most / 2), most])];
  return (
    <>
      <ul class="part-key">
        <li class="key-title">Devices</li>
        {steps.map((devices) => (
          <li key={devices}>
            <span class="swatch" style={{ background: shade(devices / most) }} />
            {devices.toLocaleString('en')}
          </li>
        ))}
      </ul>
      <HeatMap
        description="How many devices trained how many blocks in each round"
        rows={Array.from({ length: run.blocks }, (_, row) => blocksOf(run.blocks - row))}
        columns={rounds.map(({ round }) => round)}
        each="Round"
        cells={countDepths(rounds, run.blocks)}
      />
    </>
  );
}

function DepthsOfDevices({ run, rounds, devices }: Props) {
  const [depths, setDepths] = useState<DeviceDepths>();
  const [failure, setFailure] = useState<string>();
  const last = rounds.at(-1)?.round;
  // Read anew when a round is finished.
  useEffect(() => {
    const reading = new AbortController();
    readDeviceDepths(run.id, reading.signal).then(
      (read) => {
        setDepths(read);
        setFailure(undefined);
      },
      (error: unknown) => {
        if (!reading.signal.aborted) setFailure(error instanceof Error ? error.message : String(error));
      },
    );
    return () => reading.abort();
  }, [run.id, last]);
  if (depths === undefined) return <Failure text={failure} />;
  const sorted = devices.toSorted((one, other) =>
    one.name.localeCompare(other.name, 'en', { numeric: true }),
  );
  return (
    <>
      <ul class="part-key">
        <li class="key-title">Blocks</li>
        {Array.from({ length: run.blocks }, (_, index) => (
          <li key={blocksOf(index + 1)}>
            <span class="swatch" style={{ background: shade(shareOf(index + 1, run.blocks)) }} />
            {index + 1}
          </li>
        ))}
      </ul>
      <HeatMap
        description="Blocks that each device trained in each round"
        rows={tellApart(sorted)}
        columns={rounds.map(({ round }) => round)}
        each="Round"
        cells={sorted.map(({ id }) =>
          rounds.map(({ round }) => {
            const depth = depths.get(round)?.get(id);
            return depth === undefined
              ? undefined
              : { share: shareOf(depth, run.blocks), text: blocksOf(depth) };
          }),
        )}
      />
      <Failure text={failure} />
    </>
  );
}

function shareOf(depth: number, blocks: number): number {
  return blocks === 1 ? 1 : (depth - 1) / (blocks - 1);
}

function blocksOf(depth: number): string {
  return depth === 1 ? '1 block' : `${depth} blocks`;
}
