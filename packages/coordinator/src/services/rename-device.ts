import type { RunContext } from '../phases/run-context.ts';
import { Refusal } from '../refusals/refusal.ts';

/**
 * Gives a device another name.
 * @param by the device may tell the name that it was started with again and again: that undoes no operator's
 */
export async function renameDevice(
  { store, registry, observer }: Pick<RunContext, 'store' | 'registry' | 'observer'>,
  id: string,
  name: string,
  by: 'device' | 'operator',
): Promise<void> {
  const before = registry.find(id);
  const after = before && (await store.devices.rename(id, name, by === 'device'));
  if (before === undefined || after === undefined) {
    throw new Refusal('not-found', `There is no device ${id}.`);
  }
  if (after.name === before.name) return;
  // Whatever else changed while it was stored stays.
  registry.put({ ...(registry.find(id) ?? after), name: after.name });
  observer.log({
    level: 'info',
    run: after.run,
    device: id,
    text: `${before.name} is now called ${after.name}.`,
  });
  observer.devicesChanged([id]);
}
