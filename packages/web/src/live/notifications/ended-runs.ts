import type { RunView } from '@legend-fl/protocol';

/** The runs that have ended between two moments; whoever was not known before has not ended meanwhile. */
export function listEnded(
  before: ReadonlyMap<string, RunView>,
  now: ReadonlyMap<string, RunView>,
): readonly RunView[] {
  return [...now.values()].filter((run) => {
    const earlier = before.get(run.id);
    return earlier !== undefined && !isOver(earlier) && isOver(run);
  });
}

/** How a run ended, in a sentence. */
export function describeEnded({ name, status, about }: Pick<RunView, 'name' | 'status' | 'about'>): string {
  return `“${name}” has ${status === 'failed' ? 'failed' : 'ended'}.${about === '' ? '' : ` ${about}`}`;
}

function isOver({ status }: RunView): boolean {
  return status === 'finished' || status === 'failed';
}
