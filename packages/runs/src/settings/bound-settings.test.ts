import { describe, expect, test } from 'vitest';
import { boundsSchema } from './bound-settings.ts';

test('bounds that say nothing are the default ones', () => {
  expect(boundsSchema.parse({})).toEqual({ normMultiple: 2, outlierMultiple: 3, maximumShare: 0.05 });
});

describe('refused:', () => {
  test.each([
    ['a multiple that clips honest devices', { normMultiple: 0.9 }],
    ['a multiple that leaves out honest devices', { outlierMultiple: 0.5 }],
    ['a multiple without end', { outlierMultiple: Number.POSITIVE_INFINITY }],
    ['a share of nothing', { maximumShare: 0 }],
    ['a share above one', { maximumShare: 1.1 }],
    ['an unknown key', { multiple: 2 }],
  ])('%s', (_, bounds) => {
    expect(boundsSchema.safeParse(bounds).success).toBe(false);
  });
});
