import { InputError, seededRandom } from '@legend-fl/base';
import type { PartitionRule } from '@legend-fl/runs';
import { dealByKey } from './deal-by-key.ts';
import { dealByLabel } from './deal-by-label.ts';
import { dealEvenly } from './deal-evenly.ts';
import { dealUnevenly } from './deal-unevenly.ts';

export interface PartitionExample {
  /** Class index. */
  readonly label: number;
  /** The person or place that the example comes from. */
  readonly key?: string | undefined;
}

/**
 * The indices of each device's examples, in ascending order. Every example belongs to one device, and every device has at
 * least one; equal arguments give equal results.
 *
 * - `iid`: dealt at random; sizes differ by at most one, or as `unevenness` says, see `dealUnevenly`.
 * - `dirichlet`: label skew, see `dealByLabel`.
 * - `natural`: by `key`, see `dealByKey`.
 *
 * Throws an InputError with code `partition-impossible`.
 */
export function partition(
  examples: readonly PartitionExample[],
  rule: PartitionRule & { readonly devices: number; readonly seed: number },
): number[][] {
  const { devices } = rule;
  if (!Number.isInteger(devices) || devices < 1) {
    throw impossible(
      'a whole number of devices above 0',
      String(devices),
      'Choose another number of devices.',
    );
  }
  if (examples.length < devices) {
    throw impossible(
      `at least one training example for each of ${devices} devices`,
      `${examples.length}`,
      'Take fewer devices or more data.',
    );
  }
  const shares = deal(examples, rule);
  return shares.map((share) => share.sort((one, other) => one - other));
}

function deal(
  examples: readonly PartitionExample[],
  rule: PartitionRule & { readonly devices: number; readonly seed: number },
): number[][] {
  const { devices } = rule;
  const random = seededRandom(rule.seed, 'partition', rule.kind);
  switch (rule.kind) {
    case 'iid': {
      const shuffled = random.shuffle([...examples.keys()]);
      if (rule.unevenness === undefined) return dealEvenly(shuffled, devices);
      return dealUnevenly(shuffled, { devices, unevenness: rule.unevenness, random });
    }
    case 'dirichlet': {
      const labels = examples.map(({ label }) => label);
      return dealByLabel(labels, { devices, alpha: rule.alpha, random });
    }
    case 'natural':
      return dealByKey(examples.map(keyOf), { devices, random });
  }
}

function keyOf({ key }: PartitionExample, index: number): string {
  if (key !== undefined) return key;
  throw impossible(
    'a key with every example, as the natural partition deals keys',
    `none with example ${index}`,
    'Name the key column of the data, or choose another partition.',
  );
}

function impossible(expected: string, got: string, todo: string): InputError {
  return new InputError({ code: 'partition-impossible', expected, got, where: 'partition', todo });
}
