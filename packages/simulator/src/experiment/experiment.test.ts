import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadExperiment, parseExperiment } from './experiment.ts';
import { newFolder } from './tiny-experiment.fixture.ts';

test('an experiment without bounds and attacks does not mention them, so that earlier runs can be resumed', () => {
  expect(Object.keys(parseExperiment({}, 'test'))).not.toEqual(expect.arrayContaining(['bounds']));
  expect(Object.keys(parseExperiment({}, 'test'))).not.toEqual(expect.arrayContaining(['attack']));
  const variant = { name: 'a', strategy: 'legend', bounds: {}, attack: { kind: 'huge' } };
  expect(parseExperiment({ strategies: [variant], bounds: null }, 'test')).toMatchObject({
    bounds: null,
    strategies: [
      {
        bounds: { normMultiple: 2, outlierMultiple: 3, maximumShare: 0.05 },
        attack: { kind: 'huge', devices: 1 },
      },
    ],
  });
});

test('an empty experiment is the default one', () => {
  expect(parseExperiment({}, 'test')).toMatchObject({
    model: 'minilm-l6',
    data: 'movie-reviews',
    fleet: 'jetson-80',
    devices: null,
    strategies: ['legend', 'fedlora'],
    partition: { kind: 'iid' },
    trunk: { kind: 'base', refreshRounds: 1 },
    trunkCache: null,
    codec: { up: 'f32', down: 'f32' },
    local: { steps: 8, batchSize: 8, optimizer: 'adamw', schedule: 'constant' },
  });
});

describe('refused with the field and what to do:', () => {
  const cases: [string, unknown, string][] = [
    ['an unknown key', { round: 3 }, 'got the unknown key "round". Did you mean "rounds"?'],
    ['an unknown key of a group', { local: { step: 3 } }, 'local: expected the keys steps, batchSize'],
    ['a text for a number', { rounds: 'ten' }, 'rounds: expected a finite number, got "ten"'],
    ['half a round', { rounds: 1.5 }, 'rounds: expected a whole number, got 1.5'],
    ['no rounds', { rounds: 0 }, 'rounds: expected a number above 0, got 0'],
    ['a text for a list', { strategies: 'legend' }, 'strategies: expected a list, got "legend"'],
    ['no strategy', { strategies: [] }, 'strategies: expected a list of at least 1 item'],
    [
      'an unknown key of a variant',
      { strategies: ['legend', { name: 'a', strategy: 'legend', plannr: 'full' }] },
      'got the unknown key "plannr". Did you mean "planner"?',
    ],
    [
      'a misspelt value of a variant',
      { strategies: [{ name: 'a', strategy: 'legend', planner: 'optimall' }] },
      'Did you mean "optimal"?',
    ],
    ['an unknown codec', { codec: 'int4' }, 'codec: expected'],
    ['an unknown attack', { attack: { kind: 'sign-flp' } }, 'Did you mean "sign-flip"?'],
    ['an unknown key of the bounds', { bounds: { normMultple: 2 } }, 'Did you mean "normMultiple"?'],
    ['bounds below the median', { bounds: { normMultiple: 0.5 } }, 'bounds.normMultiple: expected'],
    [
      'a codec that is coarser on the way down',
      { codec: { up: 'f32', down: 'int8' } },
      'codec: expected with up: f32, down: f32 too',
    ],
    ['an unknown key of the cache', { trunkCache: { megabyte: 3 } }, 'Did you mean "megabytes"?'],
    ['a refresh period of 0', { trunk: { kind: 'global', refreshRounds: 0 } }, 'trunk.refreshRounds'],
    ['an accuracy above 1', { targetAccuracy: 80 }, 'targetAccuracy: expected a number at most 1, got 80'],
    ['an unknown estimator', { estimator: 'last-valeu' }, 'Did you mean "last-value"?'],
    ['an unknown partition', { partition: { kind: 'dirichle' } }, 'Did you mean "dirichlet"?'],
    [
      'a missing α',
      { partition: { kind: 'dirichlet' } },
      'partition.alpha: expected a finite number, got nothing',
    ],
    [
      'an option that was removed',
      { strategies: [{ name: 'a', strategy: 'legend', serverMomentum: 0.3 }] },
      'test: strategies[0]: serverMomentum: expected no serverMomentum, an option that was removed',
    ],
    ['rank 0', { ranks: { kind: 'uniform', min: 0 } }, 'ranks.min: expected a number above 0, got 0'],
    [
      'a negative learning rate',
      { local: { learningRate: -1 } },
      'local.learningRate: expected a number above 0',
    ],
  ];
  test.for(cases)('%s', ([, value, message]) => {
    expect(() => parseExperiment(value, 'test')).toThrow(message);
    expect(() => parseExperiment(value, 'test')).toThrow(
      expect.objectContaining({ code: 'experiment-invalid' }),
    );
  });
});

test('an experiment of an earlier version is read where it switches off what was removed since', () => {
  const old = { importance: 'learned', trafficPrice: 0, serverMomentum: 0 };
  expect(parseExperiment(old, 'test')).toEqual(parseExperiment({}, 'test'));
  const variant = { name: 'a', strategy: 'legend' };
  expect(parseExperiment({ strategies: [{ ...variant, ...old }] }, 'test').strategies).toEqual([variant]);
});

describe('an experiment file', () => {
  const write = async (text: string) => {
    const path = join(await newFolder(), 'experiment.yaml');
    await writeFile(path, text);
    return path;
  };

  test('is read, and overrides win over it', async () => {
    const path = await write('rounds: 5\nseed: 3\nlocal: { steps: 2 }\n');
    expect(await loadExperiment(path, { seed: 4 })).toMatchObject({
      rounds: 5,
      seed: 4,
      local: { steps: 2, batchSize: 8 },
    });
  });

  test('names paths relative to its folder, and overrides name them relative to the working directory', async () => {
    const path = await write(
      'fleet: ./fleet.yaml\ndata: ../rows.jsonl\nmodel: org/model\nstrategies: [legend, ./a.ts, { name: b, strategy: ../b.ts }]\n',
    );
    const folder = dirname(path);
    expect(await loadExperiment(path, {})).toMatchObject({
      fleet: join(folder, 'fleet.yaml'),
      data: join(folder, '..', 'rows.jsonl'),
      model: 'org/model',
      strategies: ['legend', join(folder, 'a.ts'), { name: 'b', strategy: join(folder, '..', 'b.ts') }],
    });
    const overrides = { strategies: ['./c.ts'], fleet: './other.yaml' };
    expect(await loadExperiment(path, overrides)).toMatchObject(overrides);
  });

  test('that is empty is the default one', async () => {
    expect(await loadExperiment(await write(''), {})).toEqual(parseExperiment({}, 'test'));
  });

  test('that is no group of keys is refused', async () => {
    await expect(loadExperiment(await write('- legend\n'), {})).rejects.toThrow(
      /experiment\.yaml: expected a group of keys, got \["legend"\]/,
    );
  });

  test('that is not there is refused', async () => {
    await expect(loadExperiment('/nowhere.yaml', {})).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});
