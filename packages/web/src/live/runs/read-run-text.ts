/**
 * The settings in a text of YAML or JSON. Throws Error saying in a sentence what is wrong with it. The reader of YAML is
 * loaded only when it is needed.
 */
export async function readRunText(text: string): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml');
  let settings: unknown;
  try {
    settings = parse(text);
  } catch (error) {
    const [line] = String(error instanceof Error ? error.message : error).split('\n');
    throw new Error(`This is neither YAML nor JSON: ${line}`, { cause: error });
  }
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new Error('Expected settings as in a run file, e.g. “rounds: 20”, a key and its value on each line.');
  }
  return settings as Record<string, unknown>;
}
