import { join } from 'node:path';
import type { ResolveOptions } from '../read-settings.ts';
import { makeFolder } from './make-folder.ts';
import { modelCatalogue } from './model-fixture.ts';

/** Options that keep everything in a folder of the test's own and collect what is logged. */
export interface TestOptions extends ResolveOptions {
  readonly folder: string;
  readonly cacheFolder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly lines: string[];
}

/** Nothing listens on this reserved port. */
const nowhere = 'http://127.0.0.1:2';

/** Resolver options whose hub and package index are at `urls`; those left out do not answer. */
export async function makeOptions(
  urls: { readonly hub?: { readonly url: string }; readonly index?: { readonly url: string } } = {},
  env: NodeJS.ProcessEnv = {},
): Promise<TestOptions> {
  const folder = await makeFolder();
  const lines: string[] = [];
  return {
    folder,
    cacheFolder: join(folder, 'legend'),
    catalogue: modelCatalogue,
    env: {
      HOME: folder,
      HF_HOME: join(folder, 'hf'),
      HF_ENDPOINT: urls.hub?.url ?? nowhere,
      PIP_INDEX_URL: `${urls.index?.url ?? nowhere}/simple`,
      ...env,
    },
    lines,
    log: (line) => lines.push(line),
  };
}
