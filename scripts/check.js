/** Runs every check, or those that are named (`npm run check types unused`), up to the first that fails. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const all = ['format', 'lockfile', 'types', 'unused', 'layering', 'docs', 'tests', 'packages'];
const asked = process.argv.slice(2);

const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`No such check: ${unknown.join(', ')}. Expected some of: ${all.join(', ')}.`);
  process.exit(2);
}
for (const name of asked.length > 0 ? asked : all) {
  const { status } = spawnSync(`npm run check:${name}`, {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'inherit',
    shell: true,
  });
  if (status !== 0) {
    console.error(`\ncheck failed: ${name}`);
    process.exit(1);
  }
}
