/** Which factor of each LoRA module is trained, or travels; what belongs to no LoRA module always is and does. */
export type Factors = 'both' | 'A' | 'B';

/** How local training differs from plain training of everything in the trained blocks. */
export interface LocalTraining {
  /** The factor of every LoRA module that is trained and sent; the other stays as received. Both by default. */
  readonly factors?: Factors;
  /** A penalty on the ranks that a device may give up (HetLoRA, arXiv 2401.06432). */
  readonly tailPenalty?: TailPenalty;
  /** So many of the trained blocks, from the lowest, keep their activations as int8 (FedQuad, arXiv 2506.01001). */
  readonly quantizedBlocks?: number;
}

/** Adds weight·Σ ‖B[:, keep:]‖_F·‖A[keep:, :]‖_F to the loss, with keep = ⌈keptShare·r⌉ of a module's r ranks. */
export interface TailPenalty {
  readonly weight: number;
  readonly keptShare: number;
}
