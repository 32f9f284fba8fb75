/**
 * Fails where package-lock.json would let a registry serve other content than was reviewed: a package without the hash
 * of its content, or with a weak one, or one that names where it was fetched. Another lock file may be named.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = process.argv[2] ?? join(import.meta.dirname, '..', 'package-lock.json');
const { packages } = JSON.parse(readFileSync(file, 'utf8'));

const complaints = Object.entries(packages)
  // The project's own packages are links to folders here.
  .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
  .flatMap(([path, entry]) => {
    const fault = findFault(entry);
    return fault === undefined ? [] : [`${path} ${entry.version}: ${fault}`];
  });

for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) {
  console.error(
    `\n${file}: expected the SHA-512 of each package, and no address. Copy "integrity" from what ` +
      '`npm view NAME@VERSION dist.integrity` answers, and delete "resolved".',
  );
  process.exitCode = 1;
}

/** What is wrong with a locked package, or undefined where nothing is. */
function findFault({ integrity, resolved }) {
  if (integrity === undefined) return 'has no integrity';
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity))
    return `has an integrity that is no SHA-512: ${integrity}`;
  return resolved === undefined ? undefined : `names where it was fetched: ${resolved}`;
}
