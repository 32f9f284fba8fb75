import { homedir } from 'node:os';
import { resolve } from 'node:path';

/** An absolute path; a leading `~` stands for the home folder, as `env` or else the operating system has it. */
export function expandHome(path: string, env: NodeJS.ProcessEnv): string {
  return resolve(path.replace(/^~(?=$|[/\\])/, () => env.HOME || homedir()));
}
