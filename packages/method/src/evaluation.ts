export interface Evaluation {
  readonly round: number;
  /** In [0, 1]. */
  readonly accuracy: number;
  /** Finite. */
  readonly loss: number;
}
