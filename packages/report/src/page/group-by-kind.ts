import type { RowGroup } from '@legend-fl/look/charts';
import { formatCount } from './format-figures.ts';
import type { RunView } from './report-view.ts';

/** Devices of a run, which stand kind by kind, in groups under their kinds; none where all are of one kind. */
export function groupByKind({ kinds, kindOf }: RunView, devices: readonly number[]): RowGroup[] {
  if (kinds.length < 2) return [];
  return kinds.flatMap((kind, index) => {
    const rows = devices.filter((device) => kindOf[device] === index).length;
    return rows === 0 ? [] : { title: `${kind}, ${formatCount(rows, 'device')}`, rows };
  });
}
