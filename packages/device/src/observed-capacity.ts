import type { Capacity } from '@legend-fl/method';
import { bounds } from '@legend-fl/protocol';
import type { BlockSeconds } from '@legend-fl/trainer';
import type { Transfer } from './client/download-blob.ts';
import { clampTo } from './keep-in-bounds.ts';

/** A shorter transfer measures how long a request takes, not how fast bytes travel. */
const TELLING_BYTES = 128 * 1024;
/** 10 megabits per second: what counts before anything has been measured (ours). */
const UNKNOWN_SECONDS_PER_BYTE = 8 / 10e6;

/** What a local task computes, in blocks times steps. */
export interface TaskLoad {
  readonly blocks: number;
  readonly depth: number;
  readonly steps: number;
  /** Steps whose trunk was computed: all of them without a trunk cache. */
  readonly trunkSteps: number;
}

/** A device's capacity, from what it measured at first and what its rounds took since. */
export class ObservedCapacity {
  readonly #blockSeconds: BlockSeconds;
  readonly #memoryBytes: number;
  /** Seconds per byte; null before one has been measured. */
  #upload: number | null;
  #download: number | null;

  constructor(
    blockSeconds: BlockSeconds,
    {
      memoryBytes,
      upload,
      download,
    }: { memoryBytes: number; upload: number | null; download: number | null },
  ) {
    this.#blockSeconds = scaleBlockSeconds(blockSeconds, 1);
    // No limit is reported as the greatest that the protocol takes.
    this.#memoryBytes = Math.min(memoryBytes, bounds.memoryBytes.max);
    this.#upload = upload;
    this.#download = download;
  }

  /** Takes what a transfer tells of the bandwidth, if it is long enough to tell. */
  noteTransfer(direction: 'upload' | 'download', { bytes, seconds }: Transfer): void {
    if (bytes < TELLING_BYTES || seconds <= 0) return;
    if (direction === 'upload') this.#upload = seconds / bytes;
    else this.#download = seconds / bytes;
  }

  get secondsPerByte(): { readonly upload: number | null; readonly download: number | null } {
    return { upload: this.#upload, download: this.#download };
  }

  /**
   * The capacity, with the seconds per block in the measured proportion, scaled to what a task took. A direction of which
   * nothing is known is taken to be as fast as the other. Every figure is within `bounds`.
   */
  observe(task?: { readonly load: TaskLoad; readonly runtimeSeconds: number }): Capacity {
    const scale = task ? this.#scaleOf(task.load, task.runtimeSeconds) : 1;
    const upload = this.#upload ?? this.#download ?? UNKNOWN_SECONDS_PER_BYTE;
    const download = this.#download ?? this.#upload ?? UNKNOWN_SECONDS_PER_BYTE;
    return {
      ...scaleBlockSeconds(this.#blockSeconds, scale),
      uploadSecondsPerByte: clampTo(bounds.secondsPerByte, upload),
      downloadSecondsPerByte: clampTo(bounds.secondsPerByte, download),
      memoryBytes: this.#memoryBytes,
    };
  }

  /** A task's seconds as forward and backward passes, in the measured proportion. */
  divide(load: TaskLoad, seconds: number): { readonly forward: number; readonly backward: number } {
    const { forward, backward } = this.#expect(load);
    const share = forward / (forward + backward);
    return { forward: share * seconds, backward: (1 - share) * seconds };
  }

  /** What the task took over what it should have; 1 where that cannot be told. */
  #scaleOf(load: TaskLoad, runtimeSeconds: number): number {
    const { forward, backward } = this.#expect(load);
    const scale = runtimeSeconds / (forward + backward);
    return Number.isFinite(scale) && scale > 0 ? scale : 1;
  }

  #expect({ blocks, depth, steps, trunkSteps }: TaskLoad): {
    readonly forward: number;
    readonly backward: number;
  } {
    const { forwardSecondsPerBlock, backwardSecondsPerBlock } = this.#blockSeconds;
    return {
      forward: (steps * depth + trunkSteps * (blocks - depth)) * forwardSecondsPerBlock,
      backward: steps * depth * backwardSecondsPerBlock,
    };
  }
}

function scaleBlockSeconds(
  { forwardSecondsPerBlock, backwardSecondsPerBlock }: BlockSeconds,
  scale: number,
): BlockSeconds {
  return {
    forwardSecondsPerBlock: clampTo(bounds.blockSeconds, scale * forwardSecondsPerBlock),
    backwardSecondsPerBlock: clampTo(bounds.blockSeconds, scale * backwardSecondsPerBlock),
  };
}
