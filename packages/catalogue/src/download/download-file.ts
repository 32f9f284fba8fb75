import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Digest, hashFile } from '../hash-file.ts';
import type { Settings } from '../read-settings.ts';
import { SourceFailure } from '../source.ts';
import { claimPartial, releasePartial } from './claim-partial.ts';
import { describeNetworkError } from './describe-network-error.ts';
import { requestFailure, statusFailure } from './request.ts';

interface Download {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the complete, verified file goes. */
  readonly path: string;
  /** The path beside which partial downloads wait for the next attempt. */
  readonly partialsBeside: string;
  /** For progress and messages. */
  readonly name: string;
  readonly digest: Digest;
}

/** A connection that is silent for longer counts as cut. */
const silenceMs = 30_000;
/** How often a cut connection is resumed before the next source is tried. */
const maxConnections = 4;

/**
 * Downloads a file: continues an earlier attempt, verifies the digest, and only then gives the file its name. Processes that
 * download the same file at once do not disturb each other.
 *
 * @throws SourceFailure when the server is out of reach, refuses, or delivers other bytes (which are removed).
 */
export async function downloadFile(download: Download, settings: Settings): Promise<void> {
  await mkdir(dirname(download.partialsBeside), { recursive: true });
  const partial = await claimPartial(download.partialsBeside);
  let resumed = (await sizeOf(partial)) > 0;
  for (;;) {
    try {
      await receiveAll(download, partial, settings);
    } catch (error) {
      await releasePartial(partial, download.partialsBeside);
      throw error;
    }
    const got = await hashFile(partial, download.digest.algorithm);
    if (got === download.digest.hex) break;
    await rm(partial);
    if (!resumed) {
      throw new SourceFailure(
        'wrong-bytes',
        `${download.name}: expected ${download.digest.algorithm} ${download.digest.hex}, got ${got}; the file was removed`,
      );
    }
    resumed = false; // the leftover may have been the broken part: once more from the start
  }
  await mkdir(dirname(download.path), { recursive: true });
  await rename(partial, download.path);
}

async function receiveAll(download: Download, partial: string, settings: Settings): Promise<void> {
  for (let connection = 1; ; connection++) {
    const cut = await receive(download, partial, settings);
    if (cut === undefined) return;
    const received = `${download.name}: ${cut} after ${await sizeOf(partial)} bytes`;
    if (connection === maxConnections) throw new SourceFailure('unreachable', received);
    settings.log(`${received}; connecting again`);
  }
}

/** Appends what the server sends to `partial`; returns how the connection was cut, if it was. */
async function receive(
  { url, headers, name }: Download,
  partial: string,
  { signal, onProgress }: Settings,
): Promise<string | undefined> {
  const offset = await sizeOf(partial);
  const watch = watchSilence(signal);
  try {
    const range = offset > 0 ? { range: `bytes=${offset}-` } : {};
    const response = await fetch(url, {
      headers: { ...headers, ...range, 'accept-encoding': 'identity' },
      signal: watch.signal,
    }).catch((error: unknown) => {
      throw requestFailure(error, url, silenceMs, signal);
    });
    if (response.status === 416 && offset > 0) return undefined; // nothing is left to send; the digest decides
    if (!response.ok || response.body === null) throw statusFailure(response.status, url);
    const continues = response.status === 206;
    let receivedBytes = continues ? offset : 0;
    const length = response.headers.get('content-length');
    const totalBytes = length === null ? undefined : receivedBytes + Number(length);
    const file = await open(partial, continues ? 'a' : 'w');
    try {
      const reader = response.body.getReader();
      for (;;) {
        const chunk = await reader.read().catch((error: unknown) => describeNetworkError(error));
        if (signal?.aborted) throw signal.reason;
        if (typeof chunk === 'string') return chunk;
        if (chunk.done) break;
        watch.heard();
        await file.appendFile(chunk.value);
        receivedBytes += chunk.value.length;
        onProgress({ file: name, receivedBytes, totalBytes });
      }
    } finally {
      await file.close();
    }
    return totalBytes !== undefined && receivedBytes < totalBytes ? 'connection cut' : undefined;
  } finally {
    watch.stop();
  }
}

/** A signal that also aborts when nothing was heard for {@link silenceMs}. */
function watchSilence(signal: AbortSignal | undefined) {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new Error(`nothing came for ${silenceMs / 1000} s`));
  }, silenceMs);
  return {
    signal: AbortSignal.any([controller.signal, ...(signal ? [signal] : [])]),
    heard: () => timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}

async function sizeOf(path: string): Promise<number> {
  const info = await stat(path).catch(() => undefined);
  return info?.size ?? 0;
}
