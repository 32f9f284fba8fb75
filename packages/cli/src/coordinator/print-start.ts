import { join } from 'node:path';
import { joinCommandLine, joinInvitation, type RunView } from '@legend-fl/protocol';
import type { FirstToken } from './first-join-token.ts';
import { writeTokenFile } from './write-token-file.ts';

/** A coordinator that has just been started. */
export interface Start {
  /** Its address for people and devices. */
  readonly url: string;
  readonly dir: string;
  readonly run: RunView | null;
  /** New tokens; null for tokens that exist already. */
  readonly tokens: { readonly operator: string | null; readonly join: FirstToken | null };
}

/** Files that hold the new tokens; null where there is no new token. */
export interface TokenFiles {
  readonly operator: string | null;
  readonly join: string | null;
}

/**
 * Prints what a person or a program needs to stdout; later events are logged to stderr. Output that does not go to a
 * terminal is often kept, so there tokens go into files.
 * @throws WriteError
 */
export async function printStart(
  start: Start,
  { json, isTerminal }: { readonly json: boolean; readonly isTerminal: boolean },
): Promise<void> {
  const files = isTerminal ? { operator: null, join: null } : await writeTokens(start);
  if (json) console.log(JSON.stringify(startDocument(start, files), null, 2));
  else
    for (const line of isTerminal ? describeToPerson(start) : describeToLog(start, files)) console.log(line);
}

async function writeTokens({ dir, run, tokens }: Start): Promise<TokenFiles> {
  const write = async (name: string, token: string | undefined | null) => {
    if (token === undefined || token === null) return null;
    await writeTokenFile(join(dir, name), token);
    return join(dir, name);
  };
  return {
    operator: await write('operator-token', tokens.operator),
    join: await write(`join-token-${run?.id}`, tokens.join?.token),
  };
}

/** For programs: fields may be added, none may change. Contains tokens. */
function startDocument({ url, dir, run, tokens: { operator, join } }: Start, files: TokenFiles) {
  return {
    url,
    dir,
    run: run?.id ?? null,
    operatorToken: operator,
    operatorTokenFile: files.operator,
    livePage: operator === null ? `${url}/` : `${url}/#operator=${operator}`,
    joinToken: join?.token ?? null,
    joinTokenFile: files.join,
    joinCommand: join === null ? null : joinCommandLine(url, `--token ${join.token}`),
    joinLink: join === null ? null : joinInvitation(url, join.token).link,
  };
}

/** Lines for a terminal, tokens included. */
export function describeToPerson(start: Start): string[] {
  const { url, dir, tokens } = start;
  const { operator, join } = tokens;
  const lines = [
    ...describeRun(start),
    `live page    ${url}/${operator === null ? '' : `#operator=${operator}`}`,
  ];
  if (operator !== null)
    lines.push(`             (shown only once; legend token operator --dir ${dir} makes a new one)`);
  if (join !== null) {
    const { command, link, linkIsSecure } = joinInvitation(url, join.token);
    lines.push(`join         ${command}`, `  in browser ${link}`);
    if (!linkIsSecure) lines.push('             (browsers can take part only over https)');
  }
  return [...lines, ...describeEntrance(start), end];
}

/** Lines for any other stdout, which name the files of the tokens. */
export function describeToLog(start: Start, files: TokenFiles): string[] {
  const lines = [...describeRun(start), `live page    ${start.url}/`];
  if (files.operator !== null) lines.push(`             (the operator token is in ${files.operator})`);
  if (files.join !== null) {
    lines.push(`join         ${joinCommandLine(start.url, `--token-file ${files.join}`)}`);
  }
  return [...lines, ...describeEntrance(start), end];
}

const end = 'Press Ctrl-C to stop; the same command resumes.';

function describeRun({ url, dir, run }: Start): string[] {
  const about =
    run === null
      ? 'none yet: start one on the live page'
      : `${run.id}: ${run.strategy}, ${run.rounds} rounds`;
  return [`coordinator  ${url}, folder ${dir}`, `run          ${about}`];
}

function describeEntrance({ run, tokens: { join } }: Start): string[] {
  if (run === null) return [];
  if (join === null) return ['join         with the tokens from before; legend token create makes more'];
  const devices =
    join.uses === null ? 'any number of devices' : `${join.uses} device${join.uses === 1 ? '' : 's'}`;
  const until = join.expiresAt === null ? '' : ` until ${new Date(join.expiresAt).toISOString()}`;
  return [`             (admits ${devices}${until}; legend token create makes more)`];
}
