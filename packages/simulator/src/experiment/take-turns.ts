/**
 * Calls `work` for every item, in order, with at most `limit` calls at a time. After the first call that fails no other
 * starts.
 */
export async function takeTurns<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const open = generate(items);
  const turn = async (): Promise<void> => {
    // An error closes the generator, and with it the other loops.
    for (const item of open) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, turn));
}

function* generate<Item>(items: readonly Item[]): Generator<Item, void> {
  yield* items;
}
