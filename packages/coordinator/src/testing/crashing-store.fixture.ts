import type { RunStore, Store } from '../store/store.ts';

/** How the process goes down at a write: before anything of it is written, or after all of it, without an answer. */
export type Crash = 'before' | 'after';

/**
 * A store whose process goes down at the write after `writes` ones: from then on nothing reaches the disk and every
 * call fails. What is under it can be opened by another coordinator.
 */
export function crashingStore(
  store: Store,
  writes: number,
  crash: Crash,
): { readonly store: Store; readonly crashed: Promise<void> } {
  const { promise: crashed, resolve } = Promise.withResolvers<void>();
  let left = writes;
  let down = false;
  const failure = () => Object.assign(new Error('the process is gone'), { code: 'EIO', syscall: 'write' });
  const write = async (work: () => Promise<void>): Promise<void> => {
    if (down) throw failure();
    if (left-- > 0) return work();
    down = true;
    if (crash === 'after') await work();
    resolve();
    throw failure();
  };
  const read = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (down) throw failure();
    return work();
  };
  const runs: RunStore = {
    create: (run) => read(() => store.runs.create(run)),
    list: () => read(() => store.runs.list()),
    loadProgress: (run) => read(() => store.runs.loadProgress(run)),
    appendEvents: (run, events) => write(() => store.runs.appendEvents(run, events)),
    saveSnapshot: (run, snapshot, finished) => write(() => store.runs.saveSnapshot(run, snapshot, finished)),
    listRounds: (run, after) => read(() => store.runs.listRounds(run, after)),
    listLog: (count) => store.runs.listLog(count),
    appendLog: async () => {},
  };
  return {
    store: { ...store, devices: store.devices, tokens: store.tokens, secrets: store.secrets, runs },
    crashed,
  };
}
