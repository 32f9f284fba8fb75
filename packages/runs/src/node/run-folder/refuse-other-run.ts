import { InputError } from '@legend-fl/base';
import { withoutRemovedOptions } from '../../settings/removed-options.ts';
import type { Summary } from '../../summary/summary.ts';

/**
 * A run's identity: everything that its result depends on except the content of strategy files. A strategy file may be
 * corrected before the run is resumed; the rounds record which content they ran with.
 */
export type RunIdentity = Pick<Summary, 'config' | 'fleet' | 'model' | 'data'>;

/**
 * Throws InputError `run-folder-other-run` about the first field in which the runs differ, or about an option that this
 * version no longer has.
 */
export function refuseOtherRun(folder: string, held: RunIdentity, wanted: RunIdentity): void {
  const source = { code: 'run-folder-other-run', where: `${folder}: config` };
  const known = { ...held, config: withoutRemovedOptions(held.config, source) };
  const difference = findDifference(identityOf(known), identityOf(wanted), '');
  if (difference === undefined) return;
  throw new InputError({
    code: 'run-folder-other-run',
    expected: `${difference.field} = ${difference.held} as in the run that the folder holds`,
    got: `${difference.wanted}`,
    where: folder,
    todo: 'Resume with the same settings, or choose another folder with --out.',
  });
}

/** As JSON would restore it, without undefined keys. */
function identityOf({
  config,
  fleet,
  model,
  data,
}: { readonly [part in keyof RunIdentity]: unknown }): unknown {
  return JSON.parse(JSON.stringify({ config, fleet, model, data }));
}

interface Difference {
  readonly field: string;
  readonly held: string;
  readonly wanted: string;
}

function findDifference(held: unknown, wanted: unknown, field: string): Difference | undefined {
  if (isGroup(held) && isGroup(wanted)) {
    for (const key of new Set([...Object.keys(held), ...Object.keys(wanted)])) {
      const path = field === '' ? key : `${field}.${key}`;
      const difference = findDifference(Reflect.get(held, key), Reflect.get(wanted, key), path);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  const texts = { held: JSON.stringify(held) ?? 'nothing', wanted: JSON.stringify(wanted) ?? 'nothing' };
  return texts.held === texts.wanted ? undefined : { field, ...texts };
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
