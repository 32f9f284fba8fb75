import type { Adapter, BottleneckModule, Tensor } from '@legend-fl/adapter';
import { InputError, type Random, seededRandom } from '@legend-fl/base';
import type { Architecture, LinearMap } from '@legend-fl/models';

/** Where bottlenecks stand, and how wide they are. */
export interface BottleneckSpecification {
  /** One width per block, 1 … L; a block of width 0 carries none. */
  readonly widths: readonly number[];
  /** Whole name of the linear map whose output they change; the architecture's default when absent. */
  readonly target?: string;
}

/** Half the range of the uniform numbers whose standard deviation is 0.02. */
const BOUND = 0.02 * Math.sqrt(3);

/**
 * A fresh adapter of bottlenecks: down uniform with standard deviation 0.02, up and both biases zero, so that it
 * changes nothing yet (near the identity: Houlsby et al., arXiv 1902.00751, section 2).
 *
 * @param head the task head it starts from
 * @throws InputError for an unknown target, a width below 0, or a number of widths other than L
 */
export function createBottlenecks(
  architecture: Architecture,
  { widths, target = architecture.defaultBottleneckTarget }: BottleneckSpecification,
  head: ReadonlyMap<string, Tensor>,
  seed: number,
): Adapter<BottleneckModule> {
  const map = architecture.linearMaps.find(({ name }) => name === target);
  if (!map) {
    throw new InputError({
      code: 'target-unknown',
      expected: `a linear map of a ${architecture.modelType} block: ${architecture.linearMaps.map(({ name }) => name).join(', ')}`,
      got: target,
      where: 'bottleneck target',
      todo: 'Name one of them.',
    });
  }
  if (
    widths.length !== architecture.blocks ||
    !widths.every((width) => Number.isInteger(width) && width >= 0)
  ) {
    throw new InputError({
      code: 'widths-invalid',
      expected: `${architecture.blocks} widths, one per block, integers from 0`,
      got: `[${widths.join(', ')}]`,
      where: 'bottleneck widths',
      todo: `Give ${architecture.blocks} widths, 0 for a block without a bottleneck.`,
    });
  }
  const blocks = widths.map((width, index) => {
    const random = seededRandom(seed, 'bottleneck', index + 1, map.name);
    return new Map(width > 0 ? [[map.name, createModule(map, width, random)]] : []);
  });
  return { blocks, head };
}

function createModule({ out }: LinearMap, width: number, random: Random): BottleneckModule {
  return {
    kind: 'bottleneck',
    down: {
      dims: [width, out],
      data: Float32Array.from({ length: width * out }, () => BOUND * (2 * random() - 1)),
    },
    downBias: { dims: [width], data: new Float32Array(width) },
    up: { dims: [out, width], data: new Float32Array(out * width) },
    upBias: { dims: [out], data: new Float32Array(out) },
  };
}
