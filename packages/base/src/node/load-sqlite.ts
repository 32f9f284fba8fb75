/**
 * Node's SQLite, without the warning of older versions that it is experimental, which says nothing to a user. Imported
 * when it is needed, so that nothing is loaded, and nothing silenced, where it is not.
 */
export async function loadSqlite(): Promise<typeof import('node:sqlite')> {
  const { emitWarning } = process;
  // Node calls it while the import below is under way.
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
