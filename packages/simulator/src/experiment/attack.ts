import { type Adapter, mapTensors, namedTensors } from '@legend-fl/adapter';
import { requireDefined, seededRandom } from '@legend-fl/base';
import type { TokenizedDataset } from '@legend-fl/trainer';
import { z } from 'zod';

/**
 * How devices lie, in every round. A lying device trains like any other, with the same time and bytes; then
 *
 * - `sign-flip` sends its change reversed and a thousand times as large: start - 1000·(trained - start);
 * - `constant` sends ones, `huge` 3·10³⁸ and `not-finite` NaN as every value;
 * - `head` sends its head times -20;
 * - `weight` sends its head times -1, and claims a billion examples;
 * - `label-flip` sends its update, trained on wrong labels: class c of C becomes C-1-c.
 */
export const attackSchema = z.strictObject({
  kind: z.enum(['sign-flip', 'constant', 'huge', 'not-finite', 'label-flip', 'head', 'weight']),
  /** How many devices of the fleet lie; the experiment's seed draws them, the same for all its strategies. */
  devices: z.int().positive().default(1),
});

export type Attack = z.output<typeof attackSchema>;
export type AttackKind = Attack['kind'];

const CLAIMED_EXAMPLES = 1e9;

/** Places in the fleet of the devices that lie. */
export function drawAttackers(attack: Attack | null, fleetSize: number, seed: number): ReadonlySet<number> {
  if (attack === null) return new Set();
  const places = Array.from({ length: fleetSize }, (_, place) => place);
  return new Set(seededRandom(seed, 'attackers').shuffle(places).slice(0, attack.devices));
}

/** The data that a device trains on. */
export function attackedData(kind: AttackKind | null, data: TokenizedDataset): TokenizedDataset {
  if (kind !== 'label-flip') return data;
  const last = data.labels.reduce((most, label) => Math.max(most, label), 0);
  return { ...data, labels: data.labels.map((label) => last - label) };
}

/** The number of examples that a device claims to hold. */
export function claimedExamples(kind: AttackKind | null, examples: number): number {
  return kind === 'weight' ? CLAIMED_EXAMPLES : examples;
}

/** The adapter that a device sends. */
export function attackedAdapter(kind: AttackKind | null, start: Adapter, trained: Adapter): Adapter {
  switch (kind) {
    case null:
    case 'label-flip':
      return trained;
    case 'sign-flip':
      return flipChange(start, trained, 1000);
    case 'constant':
      return mapValues(trained, () => 1);
    case 'huge':
      return mapValues(trained, () => 3e38);
    case 'not-finite':
      return mapValues(trained, () => Number.NaN);
    case 'head':
      return { ...trained, head: scaleHead(trained, -20) };
    case 'weight':
      return { ...trained, head: scaleHead(trained, -1) };
  }
}

function flipChange(start: Adapter, trained: Adapter, factor: number): Adapter {
  const before = namedTensors(start);
  return mapTensors(trained, (name, { dims, data }) => {
    const from = requireDefined(before.get(name), `tensor ${name} that the device started from`).data;
    const flip = (value: number, index: number) => {
      const origin = requireDefined(from[index], `value ${index} of ${name}`);
      return origin - factor * (value - origin);
    };
    return { dims, data: data.map(flip) };
  });
}

function mapValues(adapter: Adapter, next: (value: number) => number): Adapter {
  return mapTensors(adapter, (_, { dims, data }) => ({ dims, data: data.map(next) }));
}

function scaleHead({ head }: Adapter, factor: number): Adapter['head'] {
  return mapValues({ blocks: [], head }, (value) => factor * value).head;
}
