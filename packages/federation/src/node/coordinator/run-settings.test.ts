import { InputError } from '@legend/base';
import { describe, expect, test } from 'vitest';
import { deadlineMs, evaluatorsOf, parseRunSettings, roundSettingsOf } from './run-settings.ts';

const parse = (value: object) => parseRunSettings(value, 'run.yaml');
const classes = ['bad', 'good'];

test('a file that names the classes alone has a default for everything else', () => {
  const settings = parse({ classes });
  expect(settings).toMatchObject({
    strategy: 'legend',
    model: 'minilm-l6',
    minimumDevices: 1,
    needed: { share: 1 },
    codec: { up: 'f32', down: 'f32' },
    roundDeadline: { factor: 2, graceSeconds: 30, maximumSeconds: 3600 },
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

test('a round has factor times its plan and a grace, up to a maximum', () => {
  const settings = parse({
    classes,
    deadline: 'shared',
    roundDeadline: { factor: 3, graceSeconds: 10, maximumSeconds: 100 },
  });
  expect(deadlineMs(settings, 20)).toBe(70_000);
  expect(deadlineMs(settings, 50)).toBe(100_000);
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
    [{ classes, devicesPerRound: 2, minimumUpdates: 3 }, 'at least minimumUpdates, which is 3'],
    [{ classes, needed: { share: 1.5 } }, 'needed'],
    [{ classes, codec: { up: 'f32', down: 'int8' } }, 'with up: f32, down: f32 too'],
  ])('%j', (value, message) => {
    expect(() => parse(value)).toThrow(InputError);
    expect(() => parse(value)).toThrow(message);
  });
});
