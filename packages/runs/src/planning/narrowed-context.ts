import type { RoundContext } from '@legend-fl/method';

/** A round's context without some of its devices. */
export interface NarrowedContext {
  /** The context of the devices that remain. */
  readonly context: RoundContext;
  /** Why the others were left out, by id. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** Leaves out the devices that have a reason, unless none would remain. */
export function leaveOut(narrowed: NarrowedContext, reasons: ReadonlyMap<string, string>): NarrowedContext {
  const { context } = narrowed;
  const devices = context.devices.filter(({ id }) => !reasons.has(id));
  if (devices.length === context.devices.length || devices.length === 0) return narrowed;
  return { context: { ...context, devices }, reasons: new Map([...narrowed.reasons, ...reasons]) };
}
