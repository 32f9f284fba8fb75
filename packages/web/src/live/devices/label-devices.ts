import type { DeviceView } from '@legend-fl/protocol';

/** A device by a name that no other one shown beside it has. */
export interface LabelledDevice extends DeviceView {
  /** As it was given, which others may share. */
  readonly givenName: string;
}

/** Fewest characters of an id that tell devices of the same name apart. */
const SHORTEST_ID = 4;

/** Adds the end of its id to the name of each device that shares it, e.g. `vm (3f2a)`. */
export function labelDevices(devices: readonly DeviceView[]): LabelledDevice[] {
  const byName = Map.groupBy(devices, ({ name }) => name);
  return devices.map((device) => {
    const { id, name } = device;
    const others = (byName.get(name) ?? []).filter((other) => other.id !== id);
    return {
      ...device,
      givenName: name,
      name: others.length === 0 ? name : `${name} (${endOf(id, others)})`,
    };
  });
}

/** As much of an id's end as none of the others has. */
function endOf(id: string, others: readonly DeviceView[]): string {
  for (let length = SHORTEST_ID; length < id.length; length++) {
    const end = id.slice(-length);
    if (!others.some((other) => other.id.endsWith(end))) return end;
  }
  return id;
}
