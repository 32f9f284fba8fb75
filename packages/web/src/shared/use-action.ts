import { useCallback, useState } from 'preact/hooks';

/** Something that a button starts: whether it is under way, and in a sentence why it failed. */
interface Action {
  readonly running: boolean;
  readonly failure: string | undefined;
  run(work: () => Promise<void>): Promise<void>;
}

/** `run` never rejects and stays the same function. */
export function useAction(): Action {
  const [running, setRunning] = useState(false);
  const [failure, setFailure] = useState<string>();
  const run = useCallback(async (work: () => Promise<void>) => {
    setRunning(true);
    setFailure(undefined);
    try {
      await work();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setRunning(false);
    }
  }, []);
  return { running, failure, run };
}
