import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, parseInput } from '@legend-fl/base';
import { openStore, replaceOperatorToken, STORE_FILE, type Store } from '@legend-fl/coordinator';
import {
  joinCommandLine,
  joinInvitation,
  newTokenSchema,
  secureRandom,
  type TokenView,
} from '@legend-fl/protocol';
import type { JoinTokens } from './join-tokens.ts';
import { remoteTokens } from './remote-tokens.ts';
import { storedTokens } from './stored-tokens.ts';
import { writeTokenFile } from './write-token-file.ts';

export interface PlaceOptions {
  readonly dir: string;
  readonly database?: string;
  readonly url?: string;
  readonly operatorTokenFile?: string;
  readonly json?: boolean;
}

/** A command that makes a token. */
export interface OutOptions extends PlaceOptions {
  /** Where it goes instead of stdout. */
  readonly out?: string;
}

export interface CreateOptions extends OutOptions {
  readonly run?: string;
  readonly label: string;
  readonly uses: number | 'any';
  readonly hours: number | 'any';
}

export async function create(options: CreateOptions): Promise<void> {
  const { label, uses, hours } = options;
  await withJoinTokens(options, async (joinTokens) => {
    const run = chooseRun(await joinTokens.listRuns(), options.run);
    const token = {
      run,
      label,
      uses: uses === 'any' ? null : uses,
      seconds: hours === 'any' ? null : hours * 3600,
    };
    const where = 'join token';
    const created = await joinTokens.create(
      parseInput(newTokenSchema, token, { code: 'token-invalid', where }),
    );
    const { out, json, url = 'URL' } = options;
    if (out !== undefined) {
      const { token, ...view } = created;
      await writeTokenFile(out, token);
      if (json) console.log(JSON.stringify({ ...view, tokenFile: out }, null, 2));
      else console.log(`token        in ${out}\njoin         ${joinCommandLine(url, `--token-file ${out}`)}`);
      return;
    }
    if (json) {
      console.log(JSON.stringify(created, null, 2));
      return;
    }
    const { command, link } = joinInvitation(url, created.token);
    console.log(`token        ${created.token}\njoin         ${command}\n  in browser ${link}`);
  });
}

export async function list(options: PlaceOptions): Promise<void> {
  await withJoinTokens(options, async (joinTokens) => {
    const tokens = await joinTokens.list();
    if (options.json) {
      console.log(JSON.stringify(tokens, null, 2));
      return;
    }
    for (const token of tokens) {
      console.log(`${token.id}  ${token.run}  ${token.label}: ${describe(token)}, ${token.devices} devices`);
    }
  });
}

function describe({ usesLeft, expiresAt, revoked, held }: TokenView): string {
  if (revoked) return 'revoked';
  if (held) return 'suspended, as a device that joined with it was revoked';
  const uses = usesLeft === null ? 'unlimited uses' : `${usesLeft} uses left`;
  return `${uses}, ${expiresAt === null ? 'no expiry' : `until ${new Date(expiresAt).toISOString()}`}`;
}

export async function revoke(id: string, options: PlaceOptions): Promise<void> {
  await withJoinTokens(options, (joinTokens) => joinTokens.revoke(id));
  if (options.json) console.log(JSON.stringify({ revoked: id }));
  else console.log(`revoked ${id}`);
}

export async function replaceOperator({ out, json, ...options }: OutOptions): Promise<void> {
  await withStore(options, async ({ secrets }) => {
    const token = await replaceOperatorToken(secrets, secureRandom);
    if (out === undefined) {
      console.log(json ? JSON.stringify({ operatorToken: token }) : `operator token  ${token}`);
      return;
    }
    await writeTokenFile(out, token);
    console.log(json ? JSON.stringify({ operatorTokenFile: out }) : `operator token  in ${out}`);
  });
}

/** Uses the join tokens of a running coordinator, or those in the store of one that is not running. */
async function withJoinTokens(
  options: PlaceOptions,
  use: (tokens: JoinTokens) => Promise<void>,
): Promise<void> {
  const { url, operatorTokenFile } = options;
  if (url === undefined) {
    await withStore(options, (store) => use(storedTokens(store, Date.now)));
    return;
  }
  if (!URL.canParse(url)) throw badUrl(url);
  await use(remoteTokens(url, await readOperatorToken(operatorTokenFile)));
}

async function withStore(
  { dir, database }: PlaceOptions,
  use: (store: Store) => Promise<void>,
): Promise<void> {
  const path = database ?? join(dir, STORE_FILE);
  if (database === undefined && !existsSync(path)) {
    throw new InputError({
      code: 'coordinator-missing',
      expected: 'the folder of a coordinator',
      got: `no ${STORE_FILE} in it`,
      where: dir,
      todo: 'Name the folder with --dir; `legend serve` makes one.',
    });
  }
  const store = await openHere(path);
  try {
    await use(store);
  } finally {
    await store.close();
  }
}

/** Opens a store, unless a running coordinator holds it. */
async function openHere(path: string): Promise<Store> {
  try {
    return await openStore(path);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== 'store-in-use') throw error;
    throw new InputError({
      ...error.problem,
      todo: 'Ask the running coordinator: --url URL --operator-token-file FILE. Or stop it first; after a restart it resumes.',
      cause: error,
    });
  }
}

async function readOperatorToken(file: string | undefined): Promise<string> {
  const text = file === undefined ? undefined : await readFile(file, 'utf8').catch(() => undefined);
  const token = text?.trim();
  if (token?.startsWith('lo_')) return token;
  throw new InputError({
    code: 'operator-token-missing',
    expected: 'a file that holds the operator token, lo_…',
    got: file === undefined ? 'none' : text === undefined ? 'no readable file' : 'something else',
    where: file ?? '--operator-token-file',
    todo: '`legend serve` prints the token at its first start, or writes it into the file operator-token in its folder; `legend token operator` makes a new one.',
  });
}

function chooseRun(runs: readonly string[], wanted: string | undefined): string {
  const [only] = runs;
  if (wanted === undefined && only !== undefined && runs.length === 1) return only;
  if (wanted !== undefined && runs.includes(wanted)) return wanted;
  throw new InputError({
    code: 'run-unknown',
    expected: runs.length === 0 ? 'an unfinished run' : `one of the runs ${runs.join(', ')}`,
    got: wanted === undefined ? 'none' : `"${wanted}"`,
    where: '--run',
    todo: runs.length === 0 ? 'Start a run first.' : 'Choose one.',
  });
}

function badUrl(url: string): InputError {
  return new InputError({
    code: 'url-invalid',
    expected: 'an address such as https://host:8765',
    got: `"${url}"`,
    where: '--url',
    todo: 'Correct it.',
  });
}
