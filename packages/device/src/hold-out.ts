import { InputError, seededRandom } from '@legend-fl/base';

/** Indices of a device's examples. */
export interface HeldOut {
  /** In their order. */
  readonly training: readonly number[];
  readonly heldOut: readonly number[];
}

/**
 * Divides a device's examples: ⌊share · examples⌋ of them, drawn by seed and device, are kept back to score adapters with.
 * At least one is left to train on.
 * @throws InputError `data-no-rows` where there are none
 */
export function holdOut(
  examples: number,
  share: number,
  { seed, device }: { seed: number; device: string },
): HeldOut {
  if (examples === 0) {
    throw new InputError({
      code: 'data-no-rows',
      expected: 'at least one example',
      got: 'none',
      where: "the device's data",
      todo: 'Give data with a row per example.',
    });
  }
  const indices = Array.from({ length: examples }, (_, index) => index);
  const count = Math.min(examples - 1, Math.floor(share * examples));
  const drawn = new Set(seededRandom(seed, 'hold-out', device).shuffle(indices).slice(0, count));
  return {
    training: indices.filter((index) => !drawn.has(index)),
    heldOut: indices.filter((index) => drawn.has(index)),
  };
}
