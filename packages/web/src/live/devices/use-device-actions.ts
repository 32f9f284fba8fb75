import type { DeviceView } from '@legend-fl/protocol';
import { useState } from 'preact/hooks';
import { callCoordinator } from '../../shared/call-coordinator.ts';
import { useAction } from '../../shared/use-action.ts';
import type { LabelledDevice } from './label-devices.ts';

/** What the operator can do with a device. The device's new state arrives with the events, not here. */
export interface DeviceActions {
  /** Ids of the devices whose request is under way. */
  readonly busy: ReadonlySet<string>;
  /** Why the last action failed, with the device's name. */
  readonly failure: string | undefined;
  /** Asks for the name. */
  rename(device: LabelledDevice): void;
  quarantine(device: DeviceView): void;
  release(device: DeviceView): void;
  /** Asks first, since it is for good. */
  revoke(device: DeviceView): void;
}

type Name = 'changeDevice' | 'quarantineDevice' | 'releaseDevice' | 'revokeDevice';

const participles = {
  changeDevice: 'renamed',
  quarantineDevice: 'quarantined',
  releaseDevice: 'released',
  revokeDevice: 'revoked',
};

/** The actions of all devices of a table; rows come and go as it scrolls, so they keep nothing of their own. */
export function useDeviceActions(): DeviceActions {
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const { failure, run } = useAction();
  const act = (name: Name, { id, name: deviceName }: DeviceView, body?: unknown) => {
    if (busy.has(id)) return;
    setBusy((before) => new Set([...before, id]));
    void run(async () => {
      try {
        await callCoordinator(name, { parameters: { device: id }, body });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`${deviceName} could not be ${participles[name]}. ${reason}`, { cause });
      } finally {
        setBusy((before) => new Set([...before].filter((other) => other !== id)));
      }
    });
  };
  return {
    busy,
    failure,
    rename: (device) => {
      const name = prompt('Name of the device', device.givenName)?.trim();
      if (name !== undefined && name !== '' && name !== device.givenName) {
        act('changeDevice', device, { name });
      }
    },
    quarantine: (device) => act('quarantineDevice', device),
    release: (device) => act('releaseDevice', device),
    revoke: (device) => {
      if (confirm(`Revoke “${device.name}”? Nothing that it sends counts any more, for good.`)) {
        act('revokeDevice', device);
      }
    },
  };
}
