import { InvalidArgumentError } from 'commander';

/** Every `count`-th item of a list, beginning with the `number`-th, from 1. */
export interface ListPart {
  readonly number: number;
  readonly count: number;
}

/** `2/3`: the second of three parts. Throws commander's InvalidArgumentError. */
export function parsePart(text: string): ListPart {
  const [, number = '0', count = '0'] = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim()) ?? [];
  const part = { number: Number(number), count: Number(count) };
  if (part.number >= 1 && part.number <= part.count) return part;
  throw new InvalidArgumentError('Expected a part and the number of parts, such as 1/3.');
}

export function takePart<Item>(items: readonly Item[], { number, count }: ListPart): readonly Item[] {
  return items.filter((_, index) => index % count === number - 1);
}
