import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A fenced block of a Markdown page. */
export interface Block {
  /** `sh`, `yaml`, …; empty where the fence names none. */
  readonly language: string;
  /** Words after the language: `run`, `start`, `file=NAME`. */
  readonly words: readonly string[];
  readonly text: string;
}

/** The fenced blocks of a page in order; a file that it shows (`<<< PATH`) is a block `file=` of its content. */
export function readPage(path: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly fence: string; readonly info: string; readonly lines: string[] } | undefined;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const fence = /^(\s*`{3,})(.*)$/.exec(line);
    if (open && fence?.[1] === open.fence && fence[2] === '') {
      const [language = '', ...words] = open.info.trim().split(/\s+/);
      blocks.push({ language, words, text: open.lines.join('\n') });
      open = undefined;
    } else if (open) {
      open.lines.push(line);
    } else if (fence) {
      open = { fence: fence[1] ?? '', info: fence[2] ?? '', lines: [] };
    } else if (line.startsWith('<<< ')) {
      const file = join(dirname(path), line.slice('<<< '.length).trim());
      blocks.push({ language: '', words: [`file=${basename(file)}`], text: readFileSync(file, 'utf8') });
    }
  }
  if (open) throw new Error(`${path}: a fence that is not closed: ${open.info}`);
  return blocks;
}

/** What a block is called as a file; undefined where it is none. */
export function fileNameOf({ words }: Block): string | undefined {
  return words.find((word) => word.startsWith('file='))?.slice('file='.length);
}

/** The commands of a block of `sh`: continued lines joined, comments and variables before them removed. */
export function listCommandLines({ text }: Block): readonly string[] {
  return text
    .replace(/\\\n\s*/g, ' ')
    .split(/\n|&&/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .map((line) => line.replace(/^([A-Z_]+=\S* +)+/, ''))
    .filter((line) => line !== '');
}
