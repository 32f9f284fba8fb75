/**
 * Node's SQLite, without the warning of older Node versions that it is experimental, which does not help a user. It is imported
 * on demand, so that programs without it load and silence nothing.
 */
export async function loadSqlite(): Promise<typeof import('node:sqlite')> {
  const { emitWarning } = process;
  // Node calls it during the import below.
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] === 'ExperimentalWarning' && String(warning).includes('SQLite')) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return await import('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
