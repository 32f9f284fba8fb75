import { InputError, nearestName } from '@legend-fl/base';
import { readStructuredFile } from '@legend-fl/base/node';
import { builtInFleets } from './built-in-fleets.ts';
import type { Fleet } from './fleet.ts';
import { parseFleet } from './parse-fleet.ts';

/** Whether `ref` names a built-in fleet. */
export function isBuiltInFleet(ref: string): boolean {
  return builtInFleets.has(ref);
}

/**
 * Loads a built-in fleet by its name (`jetson-80`), or the fleet in a YAML or JSON file.
 * @throws InputError that names the field and the device if the file is wrong
 */
export async function loadFleet(ref: string): Promise<Fleet> {
  const builtIn = builtInFleets.get(ref);
  if (builtIn !== undefined) return parseFleet(builtIn, ref);
  if (!/[/\\.]/.test(ref)) {
    const nearest = nearestName(ref, [...builtInFleets.keys()]);
    throw new InputError({
      code: 'fleet-unknown',
      expected: `a fleet's name (${[...builtInFleets.keys()].join(', ')}) or the path of a fleet file`,
      got: `"${ref}"`,
      where: 'fleet',
      todo:
        nearest === undefined
          ? 'Give a known name, or a path with its extension, e.g. ./fleet.yaml.'
          : `Did you mean "${nearest}"?`,
    });
  }
  return parseFleet(await readStructuredFile(ref), ref);
}
