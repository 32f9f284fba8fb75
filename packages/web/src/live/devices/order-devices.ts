import type { DeviceView } from '@legend-fl/protocol';
import { checkTimes, needsAttention } from './check-device.ts';
import { type DeviceStatus, isPresent, secondsLeft, statusOrder } from './device-status.ts';

export type Column =
  | 'name'
  | 'status'
  | 'depth'
  | 'progress'
  | 'left'
  | 'measured'
  | 'loss'
  | 'examples'
  | 'updates'
  | 'refused'
  | 'clipped';

export interface Order {
  readonly column: Column;
  readonly descending: boolean;
}

export interface Filter {
  readonly text: string;
  readonly status: DeviceStatus | 'all' | 'present' | 'attention';
}

/** The order that a column starts with: the worst first where it shows what went wrong. */
export function startOrder(column: Column): Order {
  return { column, descending: ['measured', 'refused', 'clipped'].includes(column) };
}

/** The devices that the filter lets through, in order; those without a value in the column come last either way. */
export function orderDevices<Device extends DeviceView>(
  devices: readonly Device[],
  { text, status }: Filter,
  { column, descending }: Order,
  now: number,
): Device[] {
  const sought = text.trim().toLowerCase();
  const valued = devices
    .filter((device) => hasStatus(device, status) && (sought === '' || describe(device).includes(sought)))
    .map((device) => ({ device, value: sortValue(device, column, now) }));
  valued.sort((one, other) => {
    if (one.value === null || other.value === null) {
      return Number(one.value === null) - Number(other.value === null) || byName(one.device, other.device);
    }
    const difference =
      typeof one.value === 'string' || typeof other.value === 'string'
        ? compareNames(String(one.value), String(other.value))
        : one.value - other.value;
    return (descending ? -difference : difference) || byName(one.device, other.device);
  });
  return valued.map(({ device }) => device);
}

function hasStatus(device: DeviceView, asked: Filter['status']): boolean {
  switch (asked) {
    case 'all':
      return true;
    case 'present':
      return isPresent(device.status);
    case 'attention':
      return needsAttention(device);
    default:
      return device.status === asked;
  }
}

function describe({ name, id, runtime }: DeviceView): string {
  return `${name}\n${id}\n${runtime.kind}\n${runtime.about}`.toLowerCase();
}

function sortValue(device: DeviceView, column: Column, now: number): string | number | null {
  switch (column) {
    case 'name':
      return device.name;
    case 'status':
      return statusOrder.indexOf(device.status);
    case 'progress':
      return device.steps === 0 ? null : device.step / device.steps;
    case 'left':
      return secondsLeft(device, now);
    case 'measured':
      return discrepancy(device);
    default:
      return device[column];
  }
}

/** How far a claim and its measurement lie apart, whichever is greater: 0 where they agree. */
function discrepancy(device: DeviceView): number | null {
  const check = checkTimes(device);
  return check === undefined ? null : Math.abs(Math.log(check.factor));
}

const names = new Intl.Collator('en', { numeric: true });

function compareNames(one: string, other: string): number {
  return names.compare(one, other);
}

function byName(one: DeviceView, other: DeviceView): number {
  return compareNames(one.name, other.name) || compareNames(one.id, other.id);
}
