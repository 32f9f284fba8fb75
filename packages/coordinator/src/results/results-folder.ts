import { areWritten, type Results, writeResults } from './write-results.ts';

/** A run's folder, written anew when the run has come further. */
export class ResultsFolder {
  #last: { readonly of: string; readonly path: Promise<string> } | undefined;

  /**
   * The folder with adapter, rounds and summary as they are now.
   * @param of where the run stands: of the same place they are written once
   * @param isOver of a run that is over, what an earlier process has written is taken as it is
   * @param collect what is to be written
   */
  write(
    {
      folder,
      run,
      of,
      rounds,
      isOver,
    }: Pick<Results, 'folder' | 'run'> & {
      readonly of: string;
      /** How many there are. */
      readonly rounds: number;
      readonly isOver: boolean;
    },
    collect: () => Promise<Results>,
  ): Promise<string> {
    if (this.#last?.of === of) return this.#last.path;
    const path = (async () => {
      const written = isOver && (await areWritten(folder, run, rounds));
      return written === false ? writeResults(await collect()) : written;
    })().catch((error: unknown) => {
      this.#last = undefined;
      throw error;
    });
    this.#last = { of, path };
    return path;
  }
}
