import type { DeviceEvent, DeviceOutcome } from '@legend-fl/device';
import type { DeviceChoice } from '../device-choice.ts';

/** What the page tells the worker that is the device. */
export type Order =
  | {
      readonly type: 'join';
      /** Undefined for a device that this browser remembers. */
      readonly token: string | undefined;
      readonly choice: DeviceChoice;
      /** Address of the folder of ONNX Runtime's own files. */
      readonly runtimeUrl: string;
    }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'leave' };

/** What the worker tells the page. */
export type Told =
  | { readonly type: 'runtime'; readonly about: string }
  | { readonly type: 'event'; readonly event: DeviceEvent }
  | { readonly type: 'ended'; readonly outcome: DeviceOutcome }
  | { readonly type: 'left' }
  /** It cannot go on; `enrolled` tells whether the coordinator has let it in. */
  | { readonly type: 'failed'; readonly message: string; readonly enrolled: boolean };
