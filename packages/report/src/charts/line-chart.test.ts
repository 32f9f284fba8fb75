import { expect, test } from 'vitest';
import { lineChart } from './line-chart.ts';

test('a series whose seeds never run together is still drawn and named', () => {
  const { markup } = lineChart({
    description: 'test',
    width: 400,
    height: 200,
    x: { title: 'x', from: 0, to: 10, format: String },
    y: { title: 'y', from: 0, to: 1, format: String },
    lines: [
      {
        label: 'apart',
        tone: 1,
        dash: 0,
        points: [],
        band: [],
        single: [
          [
            { x: 0, y: 0 },
            { x: 2, y: 1 },
          ],
          [
            { x: 5, y: 0 },
            { x: 9, y: 1 },
          ],
        ],
      },
    ],
  });
  expect(markup.match(/class="seed"/g)).toHaveLength(2);
  expect(markup).toMatch(/<text class="end tone-1"[^>]*>apart<\/text>/);
});

test('an axis of whole numbers has no ticks between them', () => {
  const ticksOf = (whole: boolean) =>
    lineChart({
      description: 'test',
      width: 400,
      height: 200,
      x: { title: 'Round', from: 1, to: 3, whole, format: String },
      y: { title: 'y', from: 0, to: 1, format: () => 'y' },
      lines: [],
    }).markup.match(/(?<=middle">)[\d.]+/g);
  expect(ticksOf(true)).toEqual(['1', '2', '3']);
  expect(ticksOf(false)).toContain('1.5');
});
