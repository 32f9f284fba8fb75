import { open } from 'node:fs/promises';

/** A line that ends with a newline. */
export interface WholeLine {
  /** Without the newline. */
  readonly text: string;
  /** Offset behind the newline. */
  readonly endByte: number;
}

const newline = '\n'.charCodeAt(0);
const chunkBytes = 1 << 20;

/**
 * The lines of a UTF-8 file, one in memory at a time. A missing file has no lines; a last line without its newline is left
 * out.
 */
export async function* readLines(path: string): AsyncGenerator<WholeLine, void, undefined> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  });
  if (file === undefined) return;
  /** The beginning of the current line, from earlier chunks. */
  let pieces: Buffer[] = [];
  let endByte = 0;
  for await (const chunk of file.createReadStream({ highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
    let begin = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, begin)) {
      const line = Buffer.concat([...pieces, chunk.subarray(begin, at)]);
      begin = at + 1;
      pieces = [];
      endByte += line.length + 1;
      yield { text: line.toString('utf8'), endByte };
    }
    pieces.push(chunk.subarray(begin));
  }
}
