/**
 * Bounds of the figures that a device reports, each with its reason. What lies outside is refused by name before anything
 * is made of it; what lies inside is checked against what the device then does.
 */
export const bounds = {
  /** Seconds that a block may take, forward or backward, of one local step: a round ends within the hour. */
  blockSeconds: { min: 1e-9, max: 3600 },
  /** Seconds per byte: from 1 TB/s, more than any memory moves, to 10 bytes per second. */
  secondsPerByte: { min: 0, max: 0.1 },
  /** Bytes of memory: from a megabyte, which holds no model, to 64 TiB, more than any machine has. */
  memoryBytes: { min: 2 ** 20, max: 2 ** 46 },
  /** Examples that one device holds: a billion short texts take more than a hundred gigabytes. */
  examples: 1e9,
  /** Mean cross-entropy in nats. Guessing among 100,000 classes costs 12; below zero it can only be rounded. */
  loss: { min: -1, max: 1e4 },
  /** Seconds that a part of an assignment may have taken: a day. */
  partSeconds: 86_400,
  /** Bytes that a device may tell to have sent or received in one assignment: 1 TiB, far above `limits.uploadBytes`. */
  bytes: 2 ** 40,
  /** Local steps of one assignment. */
  steps: 1e9,
} as const;
