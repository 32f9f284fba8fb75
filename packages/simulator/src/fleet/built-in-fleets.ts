import jetson80 from './jetson-80.json' with { type: 'json' };

/** Fleets that Legend brings along, as their files say, by name. */
export const builtInFleets: ReadonlyMap<string, unknown> = new Map([['jetson-80', jetson80]]);
