import { type SampleRun, sampleRun } from '@legend-fl/runs/testing';
import { expect, test } from 'vitest';
import { digestSamples } from '../digest/digest-samples.fixture.ts';
import { groupRuns } from '../group-runs.ts';
import { packView } from './pack-view.ts';
import { viewReport } from './view-report.ts';

function dataOf(...runs: readonly SampleRun[]) {
  return viewReport(groupRuns(digestSamples(...runs)));
}

test('a fleet too large to show is thinned out evenly, its slowest device kept', () => {
  const run = sampleRun({ devices: 2000, rounds: 2, strategies: ['legend'] });
  const data = dataOf(run);
  const [fleet] = data.runs;
  const [seed] = data.series[0]?.seeds ?? [];
  const [timeline] = seed?.timelines ?? [];
  expect(fleet).toMatchObject({ devices: 2000, mapped: { length: 200 } });
  expect(seed?.depths).toHaveLength(200);
  expect(timeline).toMatchObject({ participants: 2000, devices: { length: 200 } });
  const [round] = run.rounds.get('legend') ?? [];
  const slowest = round?.devices.find(({ seconds }) => seconds === round.roundSeconds);
  expect(timeline?.devices.map((device) => fleet?.names[device])).toContain(slowest?.id);
  expect(packView(data).length).toBeLessThan(60_000);
});

test('many rounds of many strategies and seeds leave fewer devices each', () => {
  const strategies = Array.from({ length: 12 }, (_, index) => `s${index}`);
  const runs = [1, 2, 3].map((seed) => sampleRun({ seed, devices: 1, rounds: 200, strategies }));
  expect(dataOf(...runs).devices).toBe(Math.floor(250_000 / (12 * 3 * 200)));
});

test('devices that dropped out keep their reason and the seconds until then', () => {
  const run = sampleRun({ devices: 40, rounds: 3, strategies: ['legend'], dropouts: true });
  const timelines = dataOf(run).series[0]?.seeds[0]?.timelines ?? [];
  const dropped = timelines.flatMap((timeline, index) =>
    timeline.dropped.map(([position, seconds, reason]) => ({ index, position, seconds, reason })),
  );
  const records = run.rounds.get('legend')?.flatMap(({ devices }) => devices) ?? [];
  expect(dropped.length).toBe(records.filter((device) => device.dropped !== undefined).length);
  expect(dropped.length).toBeGreaterThan(0);
  for (const { index, position, seconds, reason } of dropped) {
    const device = run.rounds.get('legend')?.[index]?.devices[position];
    expect(reason).toBe('battery empty');
    expect(seconds).toBeCloseTo(device?.seconds ?? 0, 2);
  }
});

test('lines of earlier versions, without kind, capacity and bytes, are shown without capacities', () => {
  const run = sampleRun({ devices: 4, rounds: 2, strategies: ['legend'] });
  const old = (run.rounds.get('legend') ?? []).map((round) => ({
    ...round,
    devices: round.devices.map(
      ({ capacity: _, kind: __, bytesUp: ___, bytesDown: ____, ...device }) => device,
    ),
  }));
  const data = dataOf({ ...run, rounds: new Map([['legend', old]]) });
  expect(data.runs[0]?.capacities).toEqual([]);
  expect(data.runs[0]?.names).toHaveLength(4);
});
