#!/usr/bin/env node
/**
 * The command `legend` of a clone, which `npx legend` runs here, set up or not: without it npx would ask the registry
 * for somebody else's package of that name. Plain JavaScript on Node's own modules, as it also runs on the machine's Node.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
if (existsSync(new URL('../node_modules/.package-lock.json', import.meta.url))) {
  await import('../packages/cli/src/main.ts');
} else {
  console.error(
    `error: ${root}: expected this clone to be set up, got one without packages. Run \`npm install --no-save\` in it, or \`npm start\`, which also runs an experiment. (not-set-up)`,
  );
  process.exitCode = 2;
}
