/** The versions of Node that Legend is tested on: 22 from 22.18, and from 24. */
const oldestMinor: Readonly<Record<number, number>> = { 22: 18 };
const newestListed = 24;

/** What to tell whoever runs this version of Node; undefined where Legend runs on it. */
export function unsupportedNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major >= newestListed) return undefined;
  const oldest = oldestMinor[major];
  if (oldest !== undefined && minor >= oldest) return undefined;
  return `error: Legend needs Node 22.18 or later of 22, or 24 and later; this is Node ${version}. Install Node 24. (node-version)`;
}
