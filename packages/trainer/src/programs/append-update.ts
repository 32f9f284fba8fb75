import { adamw, type GraphBuilder, sgd, type Value } from '@legend-fl/compiler';
import { stateNames, type UpdateRule } from './program.ts';

/** AdamW's constants, PyTorch's defaults. */
export const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/**
 * Appends the optimizer: outputs the next parameters and, for AdamW, the next moments. Declares the scalar inputs
 * `learning_rate` and, for AdamW, `first_correction` 1 - β₁ᵗ and `second_correction` 1 - β₂ᵗ.
 *
 * @param parameters all trained elements, one vector
 * @param gradient of the same shape
 */
export function appendUpdate(
  b: GraphBuilder,
  { optimizer, weightDecay }: UpdateRule,
  parameters: Value,
  gradient: Value,
): void {
  const learningRate = b.input('learning_rate', 'float32', []);
  if (optimizer === 'sgd') {
    b.output(stateNames.next, sgd(b, parameters, gradient, learningRate, weightDecay));
    return;
  }
  const scalars = {
    learningRate,
    firstCorrection: b.input('first_correction', 'float32', []),
    secondCorrection: b.input('second_correction', 'float32', []),
  };
  const state = {
    parameter: parameters,
    firstMoment: b.input(stateNames.firstMoment, 'float32', parameters.shape),
    secondMoment: b.input(stateNames.secondMoment, 'float32', parameters.shape),
  };
  const next = adamw(b, state, gradient, scalars, { ...ADAMW, weightDecay });
  b.output(stateNames.next, next.parameter);
  b.output(stateNames.nextFirstMoment, next.firstMoment);
  b.output(stateNames.nextSecondMoment, next.secondMoment);
}
