/**
 * The items in order, cut into one piece per weight, each within one item of its proportion.
 *
 * @param weights not negative, of positive sum
 */
export function dealInProportion<Item>(items: readonly Item[], weights: readonly number[]): Item[][] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let begin = 0;
  let cumulated = 0;
  return weights.map((weight, hand) => {
    cumulated += weight / sum;
    const end = hand === weights.length - 1 ? items.length : Math.round(cumulated * items.length);
    const piece = items.slice(begin, end);
    begin = end;
    return piece;
  });
}
