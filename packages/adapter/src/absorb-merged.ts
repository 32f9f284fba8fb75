import { InputError } from '@legend-fl/base';
import {
  type Adapter,
  type AdapterModule,
  type LoraModule,
  parseModulePath,
  rankOf,
  type Tensor,
} from './adapter.ts';
import { matrixDims } from './matrix-dims.ts';

/**
 * One LoRA adapter that does what `adapter` does on a base whose weights carry the dense changes `deltas`: each ΔW
 * becomes min(out, in) more ranks, B = [ΔW, s·B], A = [I; A] (or [I, s·B], [ΔW; A] where out < in) with s = α/r of the
 * module. The new α equals the new rank, so that the factor of all ranks is 1 and ΔW stays as it is to the bit.
 *
 * @param deltas ΔW [out, in] by `blocks.<l>.<target>`
 * @throws InputError for a path or shape that does not fit the adapter, or a target that carries a bottleneck
 */
export function absorbMerged(adapter: Adapter, deltas: ReadonlyMap<string, Tensor>): Adapter {
  const blocks = adapter.blocks.map((block) => new Map(block));
  for (const [path, delta] of deltas) {
    const site = parseModulePath(path);
    const block = site && blocks[site.block - 1];
    if (!site || !block) {
      throw refuse(path, `blocks.<1 to ${blocks.length}>.<target>`, path);
    }
    block.set(site.target, absorb(path, delta, block.get(site.target)));
  }
  return { ...adapter, blocks };
}

function absorb(path: string, delta: Tensor, module: AdapterModule | undefined): LoraModule {
  if (module?.kind === 'bottleneck')
    throw refuse(path, 'a target that carries LoRA or nothing', 'a bottleneck');
  if (delta.dims.length !== 2) throw refuse(path, 'a change of shape [out, in]', `[${delta.dims}]`);
  const [out, columns] = matrixDims(delta);
  const [a, b] = out < columns ? [delta, identity(out)] : [identity(columns), delta];
  const own = module && { a: module.a, b: scaled(module.b, module.alpha / rankOf(module)) };
  if (own && (own.b.dims[0] !== out || own.a.dims[1] !== columns)) {
    throw refuse(path, `a change of shape [${own.b.dims[0]}, ${own.a.dims[1]}]`, `[${delta.dims}]`);
  }
  const stacked = own ? { a: stackRows(a, own.a), b: joinColumns(b, own.b) } : { a, b };
  return { kind: 'lora', alpha: matrixDims(stacked.a)[0], ...stacked };
}

function identity(size: number): Tensor {
  const data = new Float32Array(size * size);
  for (let index = 0; index < size; index++) data[index * (size + 1)] = 1;
  return { dims: [size, size], data };
}

function scaled({ dims, data }: Tensor, factor: number): Tensor {
  return { dims, data: data.map((value) => value * factor) };
}

/** [m, n] over [k, n]: [m + k, n] */
function stackRows(top: Tensor, bottom: Tensor): Tensor {
  const data = new Float32Array(top.data.length + bottom.data.length);
  data.set(top.data);
  data.set(bottom.data, top.data.length);
  const [rows, columns] = matrixDims(top);
  return { dims: [rows + matrixDims(bottom)[0], columns], data };
}

/** [m, n] beside [m, k]: [m, n + k] */
function joinColumns(left: Tensor, right: Tensor): Tensor {
  const [rows, leftWidth] = matrixDims(left);
  const [, rightWidth] = matrixDims(right);
  const width = leftWidth + rightWidth;
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    data.set(left.data.subarray(row * leftWidth, (row + 1) * leftWidth), row * width);
    data.set(right.data.subarray(row * rightWidth, (row + 1) * rightWidth), row * width + leftWidth);
  }
  return { dims: [rows, width], data };
}

function refuse(path: string, expected: string, got: string): InputError {
  return new InputError({
    code: 'merged-weights-invalid',
    expected,
    got,
    where: `merged weights of ${path}`,
    todo: 'Use the merged weights with the adapter and the model that they were made with.',
  });
}
