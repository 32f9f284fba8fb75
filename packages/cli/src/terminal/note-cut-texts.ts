/** Says on stderr that texts were longer than the model takes, if any were. */
export function noteCutTexts(texts: number, maxLength: number): void {
  if (texts === 0) return;
  console.error(`note: ${texts === 1 ? '1 text was' : `${texts} texts were`} cut to ${maxLength} tokens`);
}
