import type { Capacity } from '@legend-fl/method';
import type { RunForDevices } from '@legend-fl/protocol';

/** What happens on a device, for whoever shows it. */
export type DeviceEvent =
  | { readonly type: 'connected'; readonly device: string; readonly run: RunForDevices }
  /** The base model comes in; `bytes` of what was missing. */
  | { readonly type: 'model-progress'; readonly bytes: number; readonly total: number }
  | {
      readonly type: 'data-ready';
      readonly training: number;
      readonly heldOut: number;
      /** Texts that were cut, and to how many tokens. */
      readonly truncated: number;
      readonly maxLength: number;
    }
  | { readonly type: 'measuring' }
  | { readonly type: 'measured'; readonly capacity: Capacity }
  /** For the next assignment. */
  | { readonly type: 'waiting' }
  | {
      readonly type: 'assigned';
      readonly round: number;
      readonly rounds: number;
      readonly depth: number;
      readonly ranks: readonly number[];
      readonly steps: number;
      readonly secondsLeft: number;
    }
  /** Of the adapter. */
  | { readonly type: 'downloading'; readonly bytes: number; readonly total: number }
  | {
      readonly type: 'step';
      readonly round: number;
      /** From 1. */
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
    }
  | { readonly type: 'uploading'; readonly bytes: number; readonly total: number }
  /** `resent`: the update had been finished before the program was last ended. */
  | {
      readonly type: 'accepted';
      readonly round: number;
      readonly loss: number;
      readonly seconds: number;
      readonly resent: boolean;
    }
  | { readonly type: 'evaluating'; readonly round: number }
  /** Null where nothing is held out. */
  | {
      readonly type: 'scored';
      readonly round: number;
      readonly score: { readonly accuracy: number; readonly loss: number } | null;
    }
  /** The round goes on without this device; it asks for the next assignment. */
  | {
      readonly type: 'rejected';
      readonly kind: 'train' | 'evaluate';
      readonly round: number;
      readonly code: string;
      readonly reason: string;
      /** The round had closed before this device was done: nothing went wrong. */
      readonly late: boolean;
    }
  | { readonly type: 'paused'; readonly reason: string }
  | { readonly type: 'resumed' }
  | { readonly type: 'reconnecting'; readonly reason: string; readonly seconds: number }
  | { readonly type: 'reconnected' }
  | { readonly type: 'finished'; readonly reason: string }
  | { readonly type: 'left' };
