import { InputError, nearestName, parseInput } from '@legend-fl/base';
import { z } from 'zod';
import { builtInFleets } from './built-in-fleets.ts';
import {
  type DevicesFleet,
  devicesFleetSchema,
  extendedFleetSchema,
  type Fleet,
  type KindsFleet,
  kindsFleetSchema,
} from './fleet.ts';

/** A fleet file has exactly one of these keys; it decides which others are allowed. */
const forms = ['kinds', 'devices', 'extends'] as const;

/**
 * Checks the content of a fleet file, and fills in defaults and the fleet that it extends.
 * @param where the file
 * @throws InputError naming the field, and the device or kind
 */
export function parseFleet(value: unknown, where: string): Fleet {
  const source = { code: 'fleet-invalid', where };
  const keys = Object.keys(parseInput(z.looseObject({}), value, source));
  switch (formOf(keys, where)) {
    case 'kinds':
      return parseKinds(value, where);
    case 'devices':
      return parseDevices(value, where);
    case 'extends': {
      const { extends: name, ...changes } = parseInput(
        extendedFleetSchema([...builtInFleets.keys()]),
        value,
        source,
      );
      return parseKinds({ ...parseKinds(builtInFleets.get(name), name), ...changes }, where);
    }
  }
}

function formOf(keys: readonly string[], where: string): (typeof forms)[number] {
  const [form, other] = forms.filter((name) => keys.includes(name));
  if (form !== undefined && other === undefined) return form;
  const refuse = (got: string, todo: string): InputError =>
    new InputError({
      code: 'fleet-invalid',
      expected: `exactly one of the keys ${forms.join(', ')}`,
      got,
      where,
      todo,
    });
  if (form !== undefined) throw refuse(`${form} and ${other}`, 'Remove one of the two.');
  for (const key of keys) {
    const meant = nearestName(key, forms);
    if (meant !== undefined) throw refuse(`"${key}"`, `Did you mean "${meant}"?`);
  }
  throw refuse('none of them', 'Say which devices the fleet has.');
}

function parseKinds(value: unknown, where: string): KindsFleet {
  const fleet = parseInput(kindsFleetSchema, value, { code: 'fleet-invalid', where });
  refuseDuplicates(fleet.kinds, ({ kind }) => kind, { field: 'kinds', where });
  for (const kind of fleet.kinds) {
    refuseDuplicates(kind.modes, ({ mode }) => mode, { field: `modes of "${kind.kind}"`, where });
  }
  return fleet;
}

function parseDevices(value: unknown, where: string): DevicesFleet {
  const fleet = parseInput(devicesFleetSchema, value, { code: 'fleet-invalid', where });
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
