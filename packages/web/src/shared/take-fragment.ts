/**
 * Takes a secret out of the address (`#operator=…`), so that it stays neither in the address bar nor in the history;
 * undefined where there is none.
 */
export function takeFragment(name: string): string | undefined {
  const values = new URLSearchParams(location.hash.slice(1));
  const value = values.get(name);
  if (value === null) return undefined;
  values.delete(name);
  const rest = values.size > 0 ? `#${values}` : '';
  history.replaceState(history.state, '', `${location.pathname}${location.search}${rest}`);
  return value;
}
