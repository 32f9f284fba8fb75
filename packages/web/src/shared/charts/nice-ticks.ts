/** Steps of 1, 2 or 5 times a power of ten within the range, about `count` of them. */
export function niceTicks(from: number, to: number, count: number): number[] {
  const step = niceStep(from, to, count);
  const ticks: number[] = [];
  for (let index = Math.ceil(from / step - 1e-9); index * step <= to + step * 1e-9; index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** The range widened to whole steps, so that the outermost ticks are its ends. */
export function niceRange(from: number, to: number, count: number): [number, number] {
  const step = niceStep(from, to, count);
  return [Math.floor(from / step + 1e-9) * step, Math.ceil(to / step - 1e-9) * step];
}

function niceStep(from: number, to: number, count: number): number {
  const rough = (to - from) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
}
