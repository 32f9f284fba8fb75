import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { LineChart } from './line-chart.tsx';

const draw = (chart: VNode) => renderToString(chart);

test('a series whose seeds never run together is still drawn and named', () => {
  const points = (x: number) => [
    { x, y: 0 },
    { x: x + 2, y: 1 },
  ];
  const markup = draw(
    <LineChart
      description="test"
      width={400}
      height={200}
      x={{ title: 'x', from: 0, to: 10, format: String }}
      y={{ title: 'y', from: 0, to: 1, format: String }}
      lines={[
        { label: 'apart', tone: 1, points: [], band: [], single: [points(0), points(5)] },
        { label: 'other', tone: 2, points: points(3) },
      ]}
    />,
  );
  expect(markup.match(/class="seed"/g)).toHaveLength(2);
  expect(markup).toMatch(/<text class="end tone-1"[^>]*>apart<\/text>/);
});

const ticksOf = (x: { from: number; to: number; whole?: boolean; divisor?: number }) =>
  draw(
    <LineChart
      description="test"
      width={400}
      height={200}
      x={{ title: 'x', format: String, ...x }}
      y={{ title: 'y', from: 0, to: 1, format: () => 'y' }}
      lines={[]}
    />,
  ).match(/(?<=middle">)[\d.]+/g);

test('an axis of whole numbers has no ticks between them', () => {
  expect(ticksOf({ from: 1, to: 3, whole: true })).toEqual(['1', '2', '3']);
  expect(ticksOf({ from: 1, to: 3 })).toContain('1.5');
});

test('ticks are whole steps of the unit that is shown', () => {
  expect(ticksOf({ from: 0, to: 600, divisor: 60 })).toEqual(['0', '2', '4', '6', '8', '10']);
});

test('nothing is drawn without a width, until there is one', () => {
  const chart = { description: 'test', height: 200, lines: [] };
  const axis = { title: '', format: String };
  expect(draw(<LineChart {...chart} x={axis} y={axis} />)).not.toContain('<svg');
  expect(
    draw(<LineChart {...chart} x={axis} y={axis} still={[900, 300]} />).match(/viewBox="0 0 \d+/g),
  ).toEqual(['viewBox="0 0 900', 'viewBox="0 0 300']);
});
