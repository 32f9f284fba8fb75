import type { DownloadProgress, ResolveOptions } from '@legend-fl/catalogue';
import { formatBytes } from '@legend-fl/look';
import { createLogUpdate } from 'log-update';

const BAR_WIDTH = 30;
/** Milliseconds between two lines where stderr is not a terminal. */
const PLAIN_INTERVAL_MS = 5_000;

/** Runs a download with a progress bar on stderr, or a line every few seconds where stderr is not a terminal. */
export async function showDownloads<T>(download: (options: ResolveOptions) => Promise<T>): Promise<T> {
  const update = createLogUpdate(process.stderr);
  let lastLine = performance.now();
  const onProgress = (progress: DownloadProgress): void => {
    if (process.stderr.isTTY) {
      update(progressLine(progress));
    } else if (performance.now() - lastLine > PLAIN_INTERVAL_MS) {
      lastLine = performance.now();
      console.error(progressLine(progress));
    }
  };
  const log = (line: string): void => {
    update.clear();
    console.error(line);
  };
  try {
    return await download({ onProgress, log });
  } finally {
    update.clear();
    update.done();
  }
}

function progressLine({ file, receivedBytes, totalBytes }: DownloadProgress): string {
  if (!totalBytes) return `${file} ${formatBytes(receivedBytes)}`;
  const share = receivedBytes / totalBytes;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  return `${bar} ${(100 * share).toFixed(0).padStart(3)}%  ${file} ${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)}`;
}
