import { expect, test } from 'vitest';
import { sampleRun } from '../../testing/sample-run.fixture.ts';
import { countDepths, mostDevices } from './count-depths.ts';

test('the deepest row is on top, shaded by how many devices there are of the most', () => {
  const [round] = sampleRun({ devices: 4, rounds: 1, at: 1_700_000_000_000 }).rounds;
  if (round === undefined) throw new Error('the sample is empty');
  const rounds = [
    { ...round, depths: [4, 0, 1] },
    { ...round, round: 2, depths: [2, 3, 0] },
  ];
  expect(mostDevices(rounds)).toBe(4);
  expect(countDepths(rounds, 3)).toEqual([
    [{ share: 0.25, text: '1 device' }, undefined],
    [undefined, { share: 0.75, text: '3 devices' }],
    [
      { share: 1, text: '4 devices' },
      { share: 0.5, text: '2 devices' },
    ],
  ]);
});
