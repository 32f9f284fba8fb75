/** A place in a value that JSON would change or lose. */
export interface NonJson {
  /** e.g. `memory.ranks[2]`. */
  readonly path: string;
  readonly got: string;
}

/**
 * The first part of a value that JSON would change or lose: NaN, undefined, functions, Maps and other class instances, values
 * that contain themselves. Undefined if there is none.
 * @param path the value's name in messages
 */
export function findNonJson(
  value: unknown,
  path: string,
  around: readonly object[] = [],
): NonJson | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : { path, got: String(value) };
    case 'object':
      return value === null ? undefined : findInObject(value, path, around);
    default:
      return { path, got: value === undefined ? 'undefined' : `a ${typeof value}` };
  }
}

function findInObject(value: object, path: string, around: readonly object[]): NonJson | undefined {
  if (around.includes(value)) return { path, got: 'a value that contains itself' };
  const inside = [...around, value];
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = findNonJson(item, `${path}[${index}]`, inside);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return { path, got: `a ${value.constructor.name}` };
  }
  for (const [key, item] of Object.entries(value)) {
    const found = findNonJson(item, `${path}.${key}`, inside);
    if (found !== undefined) return found;
  }
  return undefined;
}
