import { adamw, type GraphBuilder, sgd, type Value } from '@legend/compiler';
import { stateNames, type UpdateRule } from './program.ts';

/** AdamW's constants, PyTorch's defaults. */
export const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/**
 * Appends the optimizer: `next.<name>` for every parameter, and for AdamW its moments. Declares the scalar inputs
 * `learning_rate` and, for AdamW, `first_correction` 1 - β₁ᵗ and `second_correction` 1 - β₂ᵗ.
 */
export function appendUpdate(
  b: GraphBuilder,
  { optimizer, weightDecay }: UpdateRule,
  parameters: readonly Value[],
  gradients: readonly Value[],
): void {
  const learningRate = b.input('learning_rate', 'float32', []);
  if (optimizer === 'sgd') {
    for (const [index, parameter] of parameters.entries()) {
      const next = sgd(b, parameter, gradients[index] as Value, learningRate, weightDecay);
      b.output(stateNames.next(parameter.name), next);
    }
    return;
  }
  const scalars = {
    learningRate,
    firstCorrection: b.input('first_correction', 'float32', []),
    secondCorrection: b.input('second_correction', 'float32', []),
  };
  for (const [index, parameter] of parameters.entries()) {
    const { name, shape } = parameter;
    const state = {
      parameter,
      firstMoment: b.input(stateNames.firstMoment(name), 'float32', shape),
      secondMoment: b.input(stateNames.secondMoment(name), 'float32', shape),
    };
    const next = adamw(b, state, gradients[index] as Value, scalars, { ...ADAMW, weightDecay });
    b.output(stateNames.next(name), next.parameter);
    b.output(stateNames.nextFirstMoment(name), next.firstMoment);
    b.output(stateNames.nextSecondMoment(name), next.secondMoment);
  }
}
