/** A comment as oxc gives it: its text without the slashes and stars around it. */
interface ParsedComment {
  readonly type: 'Line' | 'Block';
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** The text of the doc comment that ends right before `position`; undefined where there is none. */
export function docCommentBefore(
  comments: readonly ParsedComment[],
  source: string,
  position: number,
): string | undefined {
  const comment = comments.findLast(({ end }) => end <= position);
  if (comment?.type !== 'Block' || !comment.value.startsWith('*')) return undefined;
  if (source.slice(comment.end, position).trim() !== '') return undefined;
  return comment.value
    .slice(1)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
}
