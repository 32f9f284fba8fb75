import { type Adapter, mapTensors, namedTensors, parseModulePath } from '@legend-fl/adapter';
import { entryOf, itemAt } from '@legend-fl/base';
import type { Update } from '../update.ts';
import type { ChangeScales, CountedUpdate } from './bounded-update.ts';

/**
 * The update as it counts: each value start + scale·(value - start) with its block's scale or the head's, and the examples
 * and the loss that bounds allow. Values that equal their start, as those of a frozen factor, stay to the bit. An update
 * that is within its bounds comes back as it is, without a copy.
 *
 * @param start what the device was given
 */
export function clipUpdate(
  start: Adapter,
  update: Update,
  { examples, loss, scales }: CountedUpdate,
): Update {
  const adapter = scaleChange(start, update.adapter, scales);
  if (adapter === update.adapter && examples === update.examples && loss === update.loss) return update;
  return { ...update, examples, loss, adapter };
}

function scaleChange(start: Adapter, end: Adapter, { blocks, head }: ChangeScales): Adapter {
  if (head === 1 && blocks.every((scale) => scale === null || scale === 1)) return end;
  const before = namedTensors(start);
  return mapTensors(end, (name, tensor) => {
    const block = parseModulePath(name)?.block;
    const scale = block === undefined ? head : (itemAt(blocks, block - 1) ?? 1);
    if (scale === 1) return tensor;
    const from = entryOf(before, name).data;
    const data = tensor.data.map((value, index) => {
      const given = from[index] ?? 0;
      return value === given ? value : given + scale * (value - given);
    });
    return { dims: tensor.dims, data };
  });
}
