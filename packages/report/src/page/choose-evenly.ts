/** At most `limit` of the items, evenly chosen, the first and the last among them. */
export function chooseEvenly<Item>(items: readonly Item[], limit: number): Item[] {
  if (items.length <= limit) return [...items];
  const step = (items.length - 1) / Math.max(1, limit - 1);
  const chosen = new Set(Array.from({ length: limit }, (_, index) => Math.round(index * step)));
  return items.filter((_, index) => chosen.has(index));
}
