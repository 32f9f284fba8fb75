import { describe, expect, test } from 'vitest';
import { sampleRun } from '../../testing/sample-run.fixture.ts';
import { needsAttention } from './check-device.ts';
import { type Filter, type Order, orderDevices, startOrder } from './order-devices.ts';

const at = 1_700_000_000_000;
const { devices } = sampleRun({ devices: 30, at });
const everything: Filter = { text: '', status: 'all' };
const ids = (filter: Filter, order: Order) => orderDevices(devices, filter, order, at).map(({ id }) => id);

test('names are in order of their numbers, not of their digits', () => {
  const named = orderDevices(devices, everything, { column: 'name', descending: false }, at);
  const kiosks = named.map(({ name }) => name).filter((name) => name.startsWith('kiosk'));
  expect(kiosks.slice(0, 3)).toEqual(['kiosk-1', 'kiosk-5', 'kiosk-9']);
});

describe.each(['depth', 'progress', 'left', 'loss'] as const)('by %s', (column) => {
  const shownValue = {
    depth: (id: string) => find(id).depth,
    progress: (id: string) => (find(id).steps === 0 ? null : find(id).step / find(id).steps),
    left: (id: string) =>
      ['assigned', 'downloading', 'training', 'uploading'].includes(find(id).status) ? 0 : null,
    loss: (id: string) => find(id).loss,
  }[column];
  test.each([true, false])('those without a value come last (descending: %s)', (descending) => {
    const missing = ids(everything, { column, descending }).map((id) => shownValue(id) === null);
    expect(missing).toContain(true);
    expect(missing).toEqual(missing.toSorted());
  });
});

describe('what went wrong', () => {
  const values = {
    measured: (id: string) => {
      const { claimedSeconds: claimed, measuredSeconds: measured } = find(id);
      return claimed === null || measured === null ? -1 : Math.max(claimed / measured, measured / claimed);
    },
    refused: (id: string) => find(id).refused,
    clipped: (id: string) => find(id).clipped,
  };
  test.each(['measured', 'refused', 'clipped'] as const)('by %s, the worst come first at first', (column) => {
    const found = ids(everything, startOrder(column)).map(values[column]);
    expect(Math.max(...found)).toBeGreaterThan(0);
    expect(found).toEqual(found.toSorted((one, other) => other - one));
  });

  test('only the devices that need attention can be shown', () => {
    const found = ids({ text: '', status: 'attention' }, startOrder('name'));
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(devices.length);
    expect(found.toSorted()).toEqual(devices.filter(needsAttention).map(({ id }) => id));
  });
});

test('turned around, the rows with a value are the other way round', () => {
  const order = (descending: boolean) =>
    orderDevices(devices, everything, { column: 'examples', descending }, at).map(({ examples }) => examples);
  expect(order(true)).toEqual(order(false).toReversed());
});

test('those that are here are neither away nor gone', () => {
  const here = ids({ text: '', status: 'present' }, { column: 'name', descending: false });
  const gone = devices.filter(({ status }) => ['away', 'left', 'revoked'].includes(status));
  expect(gone.length).toBeGreaterThan(0);
  expect(here).toHaveLength(devices.length - gone.length);
});

test('a text is looked for in names, ids and runtimes, whatever its case', () => {
  const order: Order = { column: 'name', descending: false };
  expect(ids({ text: ' KIOSK-5 ', status: 'all' }, order)).toEqual(['dev-00005']);
  expect(ids({ text: 'dev-00007', status: 'all' }, order)).toEqual(['dev-00007']);
  expect(ids({ text: 'webgpu', status: 'all' }, order)).toHaveLength(7);
});

function find(id: string) {
  const device = devices.find((one) => one.id === id);
  if (device === undefined) throw new Error(`no ${id}`);
  return device;
}
