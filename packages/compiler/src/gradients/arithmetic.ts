import { reduceTo, singleOutput } from './gradient-rule.ts';

/** Rules of ops with broadcasting: every gradient is summed back to its operand's shape. */
export const arithmeticRules = {
  // d(a+b) = da + db
  Add: singleOutput((b, { dy, input }) => [
    () => reduceTo(b, dy, input(0).shape),
    () => reduceTo(b, dy, input(1).shape),
  ]),

  // d(a-b) = da - db
  Sub: singleOutput((b, { dy, input }) => [
    () => reduceTo(b, dy, input(0).shape),
    () => b.Neg(reduceTo(b, dy, input(1).shape)),
  ]),

  // d(a·b) = b·da + a·db
  Mul: singleOutput((b, { dy, input }) => [
    () => reduceTo(b, b.Mul(dy, input(1)), input(0).shape),
    () => reduceTo(b, b.Mul(dy, input(0)), input(1).shape),
  ]),

  // d(a/b) = da/b - (y/b)·db
  Div: singleOutput((b, { y, dy, input }) => [
    () => reduceTo(b, b.Div(dy, input(1)), input(0).shape),
    () => reduceTo(b, b.Neg(b.Div(b.Mul(dy, y), input(1))), input(1).shape),
  ]),

  // dy flows to the branch that was taken
  Where: singleOutput((b, { dy, input }) => [
    null,
    () => reduceTo(b, b.Where(input(0), dy, b.scalar(0)), input(1).shape),
    () => reduceTo(b, b.Where(input(0), b.scalar(0), dy), input(2).shape),
  ]),
};
