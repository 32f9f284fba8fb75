/**
 * How many tokens of a text and of its partner remain if both may have `room` together, as the strategy
 * `longest_first` of Hugging Face's tokenizers decides: the longer one gives way until they are equally long;
 * of two equally long ones the second keeps the odd token.
 */
export function truncateLongestFirst(text: number, textPair: number, room: number): [number, number] {
  if (text + textPair <= room) return [text, textPair];
  const shorter = Math.min(text, textPair);
  if (2 * shorter <= room) return text <= textPair ? [text, room - text] : [room - textPair, textPair];
  const half = Math.floor(room / 2);
  return text > textPair ? [room - half, half] : [half, room - half];
}
