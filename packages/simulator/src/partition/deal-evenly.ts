/** The items in turn to `hands` hands, whose sizes differ by at most one. */
export function dealEvenly<Item>(items: readonly Item[], hands: number): Item[][] {
  const dealt: Item[][] = Array.from({ length: hands }, () => []);
  for (const [position, item] of items.entries()) dealt[position % hands]?.push(item);
  return dealt;
}
