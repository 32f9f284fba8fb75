/**
 * Made `interrupted-<commit>/`: the folders of runs that earlier versions interrupted. `legend` is finished, `fedlora` has
 * done one round of two; its checkpoint holds residuals and a trunk, and from 7cbde5c on the norms of earlier rounds.
 *
 *     git worktree add /tmp/legend-7cbde5c 7cbde5c
 *     cd /tmp/legend-7cbde5c && node scripts/set-up.js
 *     node_modules/.bin/node <this file> <folder to make> '{"bounds":{}}'
 *
 * For 0e78c05, which knew no bounds, without the last argument.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [out, changes = '{}'] = process.argv.slice(2);
if (out === undefined) throw new Error('Name the folder to make.');
const fixture = join(process.cwd(), 'packages/simulator/src/experiment/tiny-experiment.fixture.ts');
const { runTiny, tinyExperiment } = await import(pathToFileURL(fixture).href);

const experiment = tinyExperiment('jetson-80', {
  devices: 2,
  rounds: 2,
  strategies: ['legend', 'fedlora'],
  ranks: { kind: 'uniform', max: 1 },
  trunk: 'global',
  codec: 'int8',
  ...JSON.parse(changes),
});
const interruption = new AbortController();
await runTiny(experiment, out, {
  signal: interruption.signal,
  onEvent(event: { readonly type: string; readonly strategy?: string }) {
    if (event.type === 'round-finished' && event.strategy === 'fedlora') interruption.abort();
  },
}).then(
  () => {
    throw new Error('The run was not interrupted.');
  },
  (error: Error) => console.log(`The run ended with ${error.name}.`),
);
await rm(join(out, 'report.html'));
