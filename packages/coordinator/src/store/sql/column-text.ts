/** JSON for a text column; what JSON has no word for becomes null. */
export function toJson(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

/** A text as every database can hold it: PostgreSQL has no NUL in its texts, so it becomes U+FFFD. */
export function toText(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}
