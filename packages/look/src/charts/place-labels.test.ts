import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeLabels } from './place-labels.ts';

const anchors = fc.array(
  fc.record({ x: fc.nat(100), width: fc.integer({ min: 1, max: 60 }), y: fc.nat(200) }),
  { maxLength: 9 },
);
const options = { lineHeight: 15, bottom: 200 };

test('labels side by side keep a line between them and stay above the bottom', () => {
  fc.assert(
    fc.property(anchors, (labels) => {
      const heights = placeLabels(labels, options);
      for (const [index, one] of labels.entries()) {
        expect(heights[index]).toBeLessThanOrEqual(options.bottom);
        for (const [otherIndex, other] of labels.entries()) {
          if (index === otherIndex || one.x >= other.x + other.width || other.x >= one.x + one.width)
            continue;
          const gap = Math.abs((heights[index] ?? 0) - (heights[otherIndex] ?? 0));
          expect(gap).toBeGreaterThanOrEqual(options.lineHeight);
        }
      }
    }),
  );
});

test('labels with room stay where they want to be', () => {
  const labels = [
    { x: 0, width: 40, y: 50 },
    { x: 0, width: 40, y: 10 },
    { x: 80, width: 40, y: 12 },
  ];
  expect(placeLabels(labels, options)).toEqual([50, 10, 12]);
});
