import { expect, test } from 'vitest';
import { placeBeside } from './place-beside.ts';

test.each([
  ['a/b/experiment.yaml', './mine.ts', './a/b/mine.ts'],
  ['a/b/experiment.yaml', '../mine.ts', './a/mine.ts'],
  ['a/experiment.yaml', '../../mine.ts', '../mine.ts'],
  ['experiment.yaml', './legend', './legend'],
  ['/a/experiment.yaml', './mine.ts', '/a/mine.ts'],
  ['a/experiment.yaml', '/b/mine.ts', '/b/mine.ts'],
  ['a/experiment.yaml', 'legend', 'legend'],
  ['a/experiment.yaml', 'org/model', 'org/model'],
  ['a/experiment.yaml', '.hidden', '.hidden'],
])('in %s, %s stands for %s', (file, ref, path) => {
  expect(placeBeside(file, ref)).toBe(path);
});
