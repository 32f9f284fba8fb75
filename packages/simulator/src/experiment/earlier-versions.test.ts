import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSummary } from '@legend-fl/runs/node';
import { expect, test } from 'vitest';
import { newFolder, runTiny, tinyExperiment } from './tiny-experiment.fixture.ts';

/** Made by `testdata/runs/make.ts`: `legend` is finished, `fedlora` was interrupted after the first of two rounds. */
const folder = fileURLToPath(new URL('../../../../testdata/runs/', import.meta.url));

test.each([
  ['0e78c05', {}],
  ['7cbde5c', { bounds: {} }],
])('a run that version %s began is resumed to its end', async (version, changes) => {
  const earlier = join(folder, `interrupted-${version}`);
  const out = await newFolder();
  await cp(earlier, out, { recursive: true });
  const before = await readSummary(out);
  const experiment = tinyExperiment('jetson-80', {
    devices: 2,
    rounds: 2,
    strategies: ['legend', 'fedlora'],
    ranks: { kind: 'uniform', max: 1 },
    trunk: 'global',
    codec: 'int8',
    ...changes,
  });
  const summary = await runTiny(experiment, out, { resume: true });
  expect(summary.strategies.map(({ name, rounds }) => ({ name, rounds }))).toEqual([
    { name: 'legend', rounds: 2 },
    { name: 'fedlora', rounds: 2 },
  ]);
  expect(summary.strategies[0]).toEqual(before.strategies[0]);
  const firstRound = await readFile(join(earlier, 'fedlora/rounds.jsonl'), 'utf8');
  const rounds = await readFile(join(out, 'fedlora/rounds.jsonl'), 'utf8');
  expect(rounds.startsWith(firstRound)).toBe(true);
  expect(rounds.trimEnd().split('\n')).toHaveLength(2);
});
