import type { CoordinatorOptions } from '@legend-fl/coordinator';
import { readRuns, renderReport } from '@legend-fl/report';
import { headClasses } from '../head-classes.ts';
import { loadPart, locateModel } from '../resolve-inputs.ts';

/** Gives a coordinator models, held-out examples and reports as every other command gets them. */
export const modelSources: Required<
  Pick<CoordinatorOptions, 'resolveModel' | 'loadTestData' | 'renderReport'>
> = {
  resolveModel: locateModel,
  async loadTestData(ref, classes, model) {
    const known = classes ?? (await headClasses(model, undefined));
    return loadPart(ref, 'test', classes === null ? {} : { classes }, known);
  },
  renderReport: async (runFolder) => renderReport(await readRuns([runFolder])),
};
