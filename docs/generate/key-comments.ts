import { readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'oxc-parser';
import { docCommentBefore } from './doc-comment.ts';

/** What the doc comments beside keys of object literals say, by key; of several files the last to mention one counts. */
export function readKeyComments(files: readonly string[]): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  for (const file of files) {
    const source = readFileSync(file, 'utf8');
    const parsed = parseSync(file, source);
    new Visitor({
      Property(node) {
        const text = docCommentBefore(parsed.comments, source, node.start);
        if (text !== undefined && node.key.type === 'Identifier') comments.set(node.key.name, text);
      },
    }).visit(parsed.program);
  }
  return comments;
}
