/**
 * Does something without Node's warning that a feature is experimental, which says nothing to a user. Other warnings
 * stay.
 * @param feature what the warning names
 */
export async function withoutWarning<Result>(feature: string, work: () => Promise<Result>): Promise<Result> {
  const { emitWarning } = process;
  // Node calls it while the work is under way.
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] === 'ExperimentalWarning' && String(warning).includes(feature)) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return await work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
