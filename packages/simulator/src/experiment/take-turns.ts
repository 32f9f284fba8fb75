/**
 * Calls `work` for every item, in this order, with at most `limit` calls under way. The first call that fails ends it:
 * no further one is begun.
 */
export async function takeTurns<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const open = generate(items);
  const turn = async (): Promise<void> => {
    // A loop that an error leaves closes the generator, and with it the loops of the others.
    for (const item of open) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, turn));
}

function* generate<Item>(items: readonly Item[]): Generator<Item, void> {
  yield* items;
}
