import { listUpdates } from '@legend-fl/method';
import type { RunProgress } from '../store/store.ts';

/** The blobs that a stored run cannot go on without. */
export function neededBlobs({ snapshot, events }: RunProgress): readonly string[] {
  const state = snapshot?.state;
  const counted = state?.phase === 'collecting' || state?.phase === 'aggregating' ? listUpdates(state) : [];
  const later = events.flatMap(({ event }) => (event.type === 'update-received' ? [event.reference] : []));
  return [
    ...(snapshot ? [snapshot.globalSha256] : []),
    ...counted.map(({ reference }) => reference),
    ...later,
  ];
}
