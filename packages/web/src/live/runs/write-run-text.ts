/** Settings as the text of a run file, in YAML, whose writer is loaded only when it is needed. */
export async function writeRunText(settings: Readonly<Record<string, unknown>>): Promise<string> {
  const { stringify } = await import('yaml');
  const { name, ...others } = settings;
  return stringify({ name, ...others });
}
