/** Σ left_i·right_i. Four sums at a time: a single one waits for itself, which doubles the time. */
export function dot(left: Float64Array, right: Float64Array): number {
  const { length } = left;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let index = 0;
  for (; index + 3 < length; index += 4) {
    sum0 += (left[index] ?? 0) * (right[index] ?? 0);
    sum1 += (left[index + 1] ?? 0) * (right[index + 1] ?? 0);
    sum2 += (left[index + 2] ?? 0) * (right[index + 2] ?? 0);
    sum3 += (left[index + 3] ?? 0) * (right[index + 3] ?? 0);
  }
  for (; index < length; index++) sum0 += (left[index] ?? 0) * (right[index] ?? 0);
  return sum0 + sum1 + (sum2 + sum3);
}

/**
 * target += Σ factor·weight_i·vector_i, all of the target's length. Four vectors in a pass, so that the target is read and
 * written a quarter as often.
 *
 * @param weights that of the first vector at `offset`
 */
export function addCombination(
  target: Float64Array,
  vectors: readonly Float64Array[],
  weights: ArrayLike<number>,
  factor = 1,
  offset = 0,
): void {
  const weightAt = (index: number) => factor * (weights[offset + index] ?? 0);
  let next = 0;
  for (; next + 3 < vectors.length; next += 4) {
    const [v0, v1, v2, v3] = [vectors[next], vectors[next + 1], vectors[next + 2], vectors[next + 3]];
    if (!v0 || !v1 || !v2 || !v3) return;
    const [w0, w1, w2, w3] = [weightAt(next), weightAt(next + 1), weightAt(next + 2), weightAt(next + 3)];
    addFour(target, v0, v1, v2, v3, w0, w1, w2, w3);
  }
  for (; next < vectors.length; next++) {
    const vector = vectors[next];
    if (vector) addOne(target, vector, weightAt(next));
  }
}

/** Apart, for functions this small are compiled to twice the speed. */
function addFour(
  target: Float64Array,
  v0: Float64Array,
  v1: Float64Array,
  v2: Float64Array,
  v3: Float64Array,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): void {
  const { length } = target;
  for (let index = 0; index < length; index++) {
    target[index] =
      (target[index] ?? 0) +
      (w0 * (v0[index] ?? 0) + w1 * (v1[index] ?? 0)) +
      (w2 * (v2[index] ?? 0) + w3 * (v3[index] ?? 0));
  }
}

function addOne(target: Float64Array, vector: Float64Array, weight: number): void {
  const { length } = target;
  for (let index = 0; index < length; index++) {
    target[index] = (target[index] ?? 0) + weight * (vector[index] ?? 0);
  }
}
