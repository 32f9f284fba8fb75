import type { Column } from './order-devices.ts';

/** Columns of the table that sort it, from left to right. */
export const columns: readonly { column: Column; title: string; className: string }[] = [
  { column: 'name', title: 'Device', className: 'name' },
  { column: 'status', title: 'State', className: 'status' },
  { column: 'depth', title: 'Blocks', className: 'depth right' },
  { column: 'progress', title: 'Step', className: 'progress' },
  { column: 'left', title: 'Time left', className: 'left right' },
  { column: 'measured', title: 'Measured', className: 'measured right' },
  { column: 'loss', title: 'Loss', className: 'loss right' },
  { column: 'examples', title: 'Examples', className: 'examples right' },
  { column: 'updates', title: 'Updates', className: 'updates right' },
];

/** Every order that the table can have, in the words of “Sort by”; refused and clipped updates share a column. */
export const orderNames: Readonly<Record<Column, string>> = {
  name: 'name',
  status: 'state',
  depth: 'blocks',
  progress: 'progress',
  left: 'time left',
  measured: 'claim mismatch',
  loss: 'loss',
  examples: 'examples',
  updates: 'updates',
  refused: 'refused updates',
  clipped: 'clipped updates',
};
