import type { Adapter } from '@legend-fl/adapter';
import type { GlobalState } from '../global-state.ts';
import type { DevicePlan, Plan } from '../plan.ts';
import type { Update } from '../update.ts';
import { checkUpdate, invalidUpdate } from './check-update.ts';
import { startAdapter } from './start-adapter.ts';

/** What the devices of a round started from, to check and to compare what they send. */
export interface RoundStarts {
  /**
   * The plan of the device that `update` comes from and the adapter that it was given, once the update is known to
   * fit them. Throws InputError `update-device` for a device that is not in the plan, else as `checkUpdate` does.
   */
  check(update: Update): { readonly device: DevicePlan; readonly start: Adapter };
}

/** @param deviceAdapter the strategy's own, see `Strategy` */
export function roundStarts(
  global: GlobalState,
  plan: Plan,
  deviceAdapter: typeof startAdapter = startAdapter,
): RoundStarts {
  const devices = new Map(plan.devices.map((device) => [device.id, device]));
  return {
    check(update) {
      const device = devices.get(update.deviceId);
      if (device === undefined) {
        throw invalidUpdate(update, 'device', 'a device of the plan', update.deviceId);
      }
      if (update.depth !== device.depth) {
        throw invalidUpdate(update, 'depth', `depth ${device.depth}, as planned`, String(update.depth));
      }
      const start = deviceAdapter(global, device);
      checkUpdate(start, update);
      return { device, start };
    },
  };
}
