import jetson80 from './jetson-80.json' with { type: 'json' };

/** Built-in fleets by name, as their files describe them. */
export const builtInFleets: ReadonlyMap<string, unknown> = new Map([['jetson-80', jetson80]]);
