import { expect, test } from 'vitest';
import { unsupportedNode } from './check-node.ts';

test.each(['22.18.0', '22.21.1', '24.0.0', '24.21.0', '26.1.0'])('Node %s runs Legend', (version) => {
  expect(unsupportedNode(version)).toBeUndefined();
});

test.each(['18.20.8', '20.20.2', '22.17.1', '23.11.0'])('Node %s does not, and is told so', (version) => {
  expect(unsupportedNode(version)).toMatch(
    `Legend needs Node 22.18 or later of 22, or 24 and later; this is Node ${version}.`,
  );
});
