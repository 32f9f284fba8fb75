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

test('devices of a real run go by their names, its time is no virtual one, and it ends the title', () => {
  const run = sampleRun({ devices: 4, rounds: 2, strategies: ['legend'] });
  const ids = run.rounds.get('legend')?.[0]?.devices.map(({ id }) => id) ?? [];
  const names = ['vm', 'desk', 'vm', 'laptop'];
  const devices = ids.map((id, index) => ({ id, name: names[index] ?? '', runtime: 'node' as const }));
  const summary = {
    ...run.summary,
    config: { ...run.summary.config, name: 'Seasons' },
    kind: 'real' as const,
    enrolled: devices,
  };
  const view = dataOf({ ...run, summary });
  const [first] = view.runs;
  expect(first?.names.map((name) => name.replace(/ \(.*/, '')).toSorted()).toEqual([...names].sort());
  expect(new Set(first?.names).size).toBe(4);
  expect(view.timeName).toBe('Time');
  expect(view.title).toMatch(/^Seasons: final accuracy \d\d\.\d%, 80% not reached$/);
  expect(view.comparison.against).toHaveLength(1);
  expect(view.comparison.against[0]?.columns.map(({ title }) => title)).not.toContain('Speed-up');
  expect(JSON.stringify(view)).not.toMatch(/virtual time|simulated/i);
});

test('coordinators of earlier versions told no names: their devices are told apart by the beginnings of their ids', () => {
  const run = sampleRun({ devices: 3, rounds: 1, strategies: ['legend'] });
  const config = { ...run.summary.config, fleet: 'devices of a federation' };
  const [first] = dataOf({ ...run, summary: { ...run.summary, config } }).runs;
  expect(new Set(first?.names).size).toBe(3);
  for (const name of first?.names ?? []) expect(name).toMatch(/^device \(.+\)$/);
});
