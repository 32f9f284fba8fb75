import { InputError, nearestName } from '@legend/base';
import { parseInput } from '../input/parse-input.ts';
import { readStructuredFile } from '../input/read-structured-file.ts';
import { devicesFleetSchema, type Fleet, kindsFleetSchema } from './fleet.ts';
import jetson80 from './jetson-80.json' with { type: 'json' };

const builtInFleets: ReadonlyMap<string, unknown> = new Map([['jetson-80', jetson80]]);

/** Whether `ref` names a fleet that Legend brings along. */
export function isBuiltInFleet(ref: string): boolean {
  return builtInFleets.has(ref);
}

/**
 * The fleet called `jetson-80`, or the one in the YAML or JSON file at the path `ref`.
 * Throws an InputError that names the field and the device where the file is wrong.
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

function parseFleet(value: unknown, where: string): Fleet {
  const source = { code: 'fleet-invalid', where };
  if (typeof value !== 'object' || value === null || !('devices' in value)) {
    const fleet = parseInput(kindsFleetSchema, value, source);
    refuseDuplicates(fleet.kinds, ({ kind }) => kind, { field: 'kinds', where });
    for (const kind of fleet.kinds) {
      refuseDuplicates(kind.modes, ({ mode }) => mode, { field: `modes of "${kind.kind}"`, where });
    }
    return fleet;
  }
  if ('kinds' in value) {
    throw new InputError({
      code: 'fleet-invalid',
      expected: 'either kinds or devices',
      got: 'both',
      where,
      todo: 'Remove one of the two.',
    });
  }
  const fleet = parseInput(devicesFleetSchema, value, source);
  refuseDuplicates(fleet.devices, ({ id }) => id, { field: 'devices', where });
  return fleet;
}

function refuseDuplicates<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  { field, where }: { readonly field: string; readonly where: string },
): void {
  const names = items.map(nameOf);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated === undefined) return;
  throw new InputError({
    code: 'fleet-duplicate',
    expected: 'names that differ',
    got: `"${repeated}" twice`,
    where: `${where}: ${field}`,
    todo: 'Rename one of them.',
  });
}
