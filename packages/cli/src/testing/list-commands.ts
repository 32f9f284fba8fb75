import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';

/** Every command of `legend`, made anew by its file; for tests and for the reference in the docs. */
export async function listCommands(): Promise<readonly Command[]> {
  const files = readdirSync(fileURLToPath(new URL('../commands/', import.meta.url))).sort();
  return Promise.all(
    files.map(async (file) => {
      const exported: Record<string, unknown> = await import(
        new URL(`../commands/${file}`, import.meta.url).href
      );
      const make = Object.entries(exported).find(([name]) => name.endsWith('Command'))?.[1];
      if (typeof make !== 'function') throw new Error(`${file} exports no function …Command.`);
      return make();
    }),
  );
}
