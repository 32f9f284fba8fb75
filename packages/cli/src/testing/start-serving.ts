import { onTestFinished } from 'vitest';
import { type Started, startLegend } from './run-legend.ts';

/** What `legend serve --json` prints. */
export interface ServeStart {
  readonly url: string;
  readonly run: string | null;
  readonly operatorToken: string | null;
  readonly operatorTokenFile: string | null;
  readonly livePage: string;
  readonly joinToken: string | null;
  readonly joinTokenFile: string | null;
  readonly joinCommand: string | null;
  readonly joinLink: string | null;
}

/** A coordinator that runs, ended with the test. */
export async function startServing(...args: readonly string[]): Promise<ServeStart & Started> {
  const started = startLegend('serve', '--port', '0', '--json', ...args);
  onTestFinished(async () => {
    started.child.kill('SIGKILL');
    await started.ended;
  });
  let text = '';
  const printed = new Promise<string>((resolve) => {
    started.child.stdout.on('data', (part: string) => {
      text += part;
      if (text.endsWith('}\n')) resolve(text);
    });
  });
  const early = started.ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
  return { ...(JSON.parse(await Promise.race([printed, early])) as ServeStart), ...started };
}
