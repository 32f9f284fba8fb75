import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The names that a package's README lists under "Stable": they follow semantic versions. Every other name that the
 * package exports is experimental.
 */
export function readStableNames(packageFolder: string): ReadonlySet<string> {
  const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
  const [, section] = /^## Stable\n(.*?)(?=^## |(?![\s\S]))/ms.exec(readme) ?? [];
  if (section === undefined) throw new Error(`${packageFolder}/README.md has no section "## Stable"`);
  return new Set(Array.from(section.matchAll(/`(\w+)`/g), ([, name = '']) => name));
}
