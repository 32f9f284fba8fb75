import type { AdapterModule } from '@legend-fl/adapter';
import type { GraphBuilder, Value } from '@legend-fl/compiler';
import type { ForwardContext } from '@legend-fl/models';
import { appendBottleneck } from './append-bottleneck.ts';
import { appendLora } from './append-lora.ts';

/** A linear map of a graph that carries a module. */
export interface AdaptedSite {
  /** Number of the block. */
  readonly block: number;
  /** Name of the linear map inside it. */
  readonly target: string;
  readonly kind: AdapterModule['kind'];
}

/**
 * A hook for `Architecture.forward` that adapts every site with a module of its kind.
 * @param declared receives the modules' tensors, graph inputs, by the names of `namedTensors`
 */
export function injectAdapters(
  b: GraphBuilder,
  sites: readonly AdaptedSite[],
  declared: Map<string, Value>,
): ForwardContext['adaptLinear'] {
  return (site, x, output) => {
    const kind = sites.find(({ block, target }) => block === site.block && target === site.name)?.kind;
    switch (kind) {
      case 'lora':
        return appendLora(b, declared, site, x, output);
      case 'bottleneck':
        return appendBottleneck(b, declared, site, output);
      case undefined:
        return output;
    }
  };
}
