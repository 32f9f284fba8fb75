import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { InputError, parseInput } from '@legend-fl/base';
import { parseStructuredText, writeFileAtomically } from '@legend-fl/base/node';
import { Document, visit } from 'yaml';
import { type DeviceProfile, deviceProfileSchema } from './fleet.ts';
import { parseFleet } from './parse-fleet.ts';

/** The `about` of a new file. */
const ABOUT =
  'Measured devices. The seconds are of one local step of the model and the batch named with each device; a simulation takes them as they are, so use this fleet with that model and batch.';

/**
 * Writes a device into a fleet file that lists devices: it replaces the device of the same id, or follows the others. Creates
 * the file if there is none. Comments stay, unless the file uses YAML aliases or is JSON.
 *
 * @param path ends in .yaml, .yml or .json
 * @throws InputError as `checkDeviceFile` does, or for impossible figures; WriteError
 */
export async function putDeviceProfile(path: string, device: DeviceProfile): Promise<void> {
  const profile = parseInput(deviceProfileSchema, device, { code: 'fleet-invalid', where: device.id });
  const { document, ids } = await openDeviceFile(path);
  const place = ids.indexOf(profile.id);
  document.setIn(['devices', place < 0 ? ids.length : place], document.createNode(profile));
  const text =
    extname(path) === '.json'
      ? `${JSON.stringify(document.toJS(), null, 2)}\n`
      : document.toString({ lineWidth: 0 });
  await writeFileAtomically(path, text);
}

/**
 * Checks before a measurement that `putDeviceProfile` can write there.
 * @throws InputError for a file that is not a fleet of listed devices, or a name that no fleet file may have
 */
export async function checkDeviceFile(path: string): Promise<void> {
  await openDeviceFile(path);
}

/** The file's document, or a new one, and the ids of its devices in order. */
async function openDeviceFile(
  path: string,
): Promise<{ readonly document: Document; readonly ids: readonly string[] }> {
  if (!['.yaml', '.yml', '.json'].includes(extname(path))) {
    throw new InputError({
      code: 'fleet-file-name',
      expected: 'the path of a fleet file that ends in .yaml, .yml or .json',
      got: `"${path}"`,
      where: 'fleet file',
      todo: 'Name it so, e.g. fleet.yaml.',
    });
  }
  const text = await readIfThere(path);
  if (text === undefined) return { document: new Document({ about: ABOUT, devices: [] }), ids: [] };
  const document = parseStructuredText(text, path);
  const fleet = parseFleet(document.toJS(), path);
  if (!('devices' in fleet)) {
    throw new InputError({
      code: 'fleet-invalid',
      expected: 'a fleet that lists devices, to write one into',
      got: 'a fleet of kinds',
      where: path,
      todo: 'Name another file, or one that does not exist yet.',
    });
  }
  return {
    document: hasAliases(document) ? new Document(document.toJS()) : document,
    ids: fleet.devices.map(({ id }) => id),
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new InputError({
      code: 'file-unreadable',
      expected: 'a YAML or JSON file',
      got: message,
      where: path,
      todo: 'Check the path.',
      cause,
    });
  }
}

/** With aliases, replacing a device could remove a value that another place refers to. */
function hasAliases(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}
