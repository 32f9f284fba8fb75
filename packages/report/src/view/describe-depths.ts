import { countDepths } from '../count-depths.ts';
import type { Series } from '../list-series.ts';

/** `2 to 6 of 6 blocks, 4.1 on average` */
export function describeDepths(series: Series): string {
  const { blocks } = series.group.runs[0].summary.model;
  const counts = [...countDepths(series)];
  if (counts.length === 0) return 'no device trained';
  const depths = counts.map(([depth]) => depth);
  const [least, most] = [Math.min(...depths), Math.max(...depths)];
  if (least === most) return `always ${least} of ${blocks} blocks`;
  const trained = counts.reduce((sum, [depth, devices]) => sum + depth * devices, 0);
  const deviceRounds = counts.reduce((sum, [, devices]) => sum + devices, 0);
  return `${least} to ${most} of ${blocks} blocks, ${(trained / deviceRounds).toFixed(1)} on average`;
}
