import { type LoraModule, matrixDims, type Tensor } from '@legend-fl/adapter';
import { squaredNormOfProduct } from './lora-product.ts';

/**
 * ‖ΔW' - ΔW‖²_F, what training from `start` to `end` changed in the weights that the module stands for. With
 * B'A' - BA = (B'-B)·A' + B·(A'-A) = [B'-B, B]·[A'; A'-A] it is the norm of one LoRA product of twice the rank, without
 * the cancellation that subtracting the norms of both would suffer.
 *
 * @param end of the shapes and the α of `start`
 */
export function squaredChange(start: LoraModule, end: LoraModule): number {
  const [rank, inputs] = matrixDims(start.a);
  const [outputs] = matrixDims(start.b);
  const a = new Float32Array(2 * rank * inputs);
  a.set(end.a.data);
  a.set(difference(end.a, start.a), rank * inputs);
  const b = new Float32Array(outputs * 2 * rank);
  const movedB = difference(end.b, start.b);
  for (let row = 0; row < outputs; row++) {
    b.set(movedB.subarray(row * rank, (row + 1) * rank), 2 * row * rank);
    b.set(start.b.data.subarray(row * rank, (row + 1) * rank), (2 * row + 1) * rank);
  }
  const factor = start.alpha / rank;
  const product: LoraModule = {
    kind: 'lora',
    alpha: start.alpha,
    a: { dims: [2 * rank, inputs], data: a },
    b: { dims: [outputs, 2 * rank], data: b },
  };
  return factor * factor * squaredNormOfProduct(product);
}

function difference(end: Tensor, start: Tensor): Float32Array {
  return end.data.map((value, index) => value - (start.data[index] ?? 0));
}
