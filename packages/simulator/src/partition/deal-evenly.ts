/** Deals the items in turn to `hands` hands, so that sizes differ by at most one. */
export function dealEvenly<Item>(items: readonly Item[], hands: number): Item[][] {
  const byHand = Map.groupBy(items.entries(), ([position]) => position % hands);
  return Array.from({ length: hands }, (_, hand) => (byHand.get(hand) ?? []).map(([, item]) => item));
}
