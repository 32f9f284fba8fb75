import { InputError } from '@legend-fl/base';
import type { Plan } from '@legend-fl/method';
import { describe, expect, test } from 'vitest';
import { deadlineSeconds, evaluatorsOf, parseRunSettings, roundSettingsOf, warnOf } from './run-settings.ts';

const parse = (value: object) => parseRunSettings(value, 'run.yaml');
const classes = ['bad', 'good'];

function planOf(...seconds: readonly number[]): Plan {
  const devices = seconds.map((each, index) => ({
    id: `d-${index}`,
    depth: 1,
    ranks: [1],
    trunk: 'base' as const,
    seconds: each,
    memoryBytes: 1,
    bytesUp: 1,
    bytesDown: 1,
  }));
  const figures = { targetSeconds: 1, roundSeconds: Math.max(...seconds), waitingSeconds: 0 };
  return {
    round: 1,
    strategy: 'legend',
    localSteps: 1,
    ...figures,
    rankDistribution: [1],
    devices,
    excluded: [],
  };
}

test('a file that names the classes alone has a default for everything else', () => {
  const settings = parse({ classes });
  expect(settings).toMatchObject({
    strategy: 'legend',
    model: 'minilm-l6',
    minimumDevices: 1,
    minimumCohort: 3,
    maximumLossRise: 2,
    needed: { share: 1 },
    codec: { up: 'f32', down: 'f32' },
    roundDeadline: { factor: 2, graceSeconds: 30, maximumSeconds: 3600, spread: 4 },
  });
  expect(evaluatorsOf(settings)).toBe('devices');
  expect(evaluatorsOf(parse({ data: 'reviews.jsonl' }))).toBe('coordinator');
});

test('settings that were checked are read again as they are, also from JSON', () => {
  const settings = parse({
    classes,
    codec: 'int8',
    trunk: 'global',
    trunkCache: {},
    ranks: { kind: 'uniform', min: 2 },
    needed: { count: 3 },
    targetAccuracy: 0.9,
  });
  expect(parse(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
});

test('settings of an earlier version are read where they switch off what was removed since', () => {
  const old = { importance: 'learned', trafficPrice: 0, serverMomentum: 0 };
  expect(parse({ classes, ...old })).toEqual(parse({ classes }));
});

test('a round has factor times its plan and a grace, up to a maximum', () => {
  const settings = parse({
    classes,
    deadline: 'shared',
    roundDeadline: { factor: 3, graceSeconds: 10, maximumSeconds: 100 },
  });
  expect(deadlineSeconds(settings, planOf(20, 20, 20))).toBe(70);
  expect(deadlineSeconds(settings, planOf(50, 50, 50))).toBe(100);
});

test('a device that would take far longer than the others prolongs no deadline, unless told to', () => {
  const roundDeadline = { factor: 1, graceSeconds: 10 };
  expect(deadlineSeconds(parse({ classes, roundDeadline }), planOf(20, 20, 3000))).toBe(90);
  const patient = parse({ classes, roundDeadline: { ...roundDeadline, spread: null } });
  expect(deadlineSeconds(patient, planOf(20, 20, 3000))).toBe(3010);
});

test('updates of fewer than three devices in a sum, or without bounds, are warned of', () => {
  expect(warnOf(parse({ classes }))).toBe('');
  expect(warnOf(parse({ classes, minimumCohort: 2 }))).toContain('the updates of 2 devices');
  expect(warnOf(parse({ classes, minimumCohort: 1 }))).toContain('of a single device');
  expect(warnOf(parse({ classes, bounds: null }))).toContain('without bounds');
});

test('a round needs the updates of a cohort, whatever its minimum is', () => {
  expect(roundSettingsOf(parse({ classes })).minimumUpdates).toBe(3);
  expect(roundSettingsOf(parse({ classes, minimumUpdates: 5 })).minimumUpdates).toBe(5);
  expect(roundSettingsOf(parse({ classes, minimumCohort: 1 })).minimumUpdates).toBe(1);
});

test('the target ends a run only where it is to', () => {
  expect(roundSettingsOf(parse({ classes, targetAccuracy: 0.8 })).targetAccuracy).toBe(0.8);
  expect(roundSettingsOf(parse({ classes, targetAccuracy: 0.8, stopAtTarget: false })).targetAccuracy).toBe(
    undefined,
  );
});

describe('refused, naming the key and what to do:', () => {
  test.each([
    [{ classes, minimumDevice: 2 }, 'Did you mean "minimumDevices"?'],
    [{ classes, strategy: 'legnd' }, 'Did you mean "legend"?'],
    [{ classes, local: { batchsize: 2 } }, 'Did you mean "batchSize"?'],
    [{ classes, estimator: 'oracle' }, 'one of moving-average, last-value'],
    [{}, 'run.yaml: classes: expected the names of the classes where data is null'],
    [{ classes, evaluate: 'both' }, 'run.yaml: evaluate: expected devices, as data is null, got both.'],
    [{ classes: ['a', 'a'] }, 'names that differ'],
    [{ classes, devicesPerRound: 2, minimumUpdates: 4 }, 'at least minimumUpdates and minimumCohort, 4'],
    [{ classes, devicesPerRound: 2 }, 'at least minimumUpdates and minimumCohort, 3'],
    [{ classes, importance: 'ranks' }, 'importance: expected no importance, an option that was removed'],
    [{ classes, needed: { share: 1.5 } }, 'needed'],
    [{ classes, codec: { up: 'f32', down: 'int8' } }, 'with up: f32, down: f32 too'],
  ])('%j', (value, message) => {
    expect(() => parse(value)).toThrow(InputError);
    expect(() => parse(value)).toThrow(message);
  });
});
