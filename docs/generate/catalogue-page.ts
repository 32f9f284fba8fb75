import { builtInCatalogue } from '../../packages/catalogue/src/catalogue.ts';
import { code, escapeText, table } from './markdown.ts';

/** Every name that stands for a model or for data. */
export function cataloguePage(): string {
  const rows = Object.entries(builtInCatalogue).map(([name, { kind, description, licence }]) => [
    code(name),
    kind,
    escapeText(description),
    escapeText(licence),
  ]);
  return [
    '# Catalogue',
    'Names that stand for models and data. Each has ordered sources. Every file is compared with a known sha256, or ' +
      'with the one that the hub gives where none is known, and refused where it differs. See [Models and data](./models-and-data.md).',
    table(['name', 'kind', 'what it is', 'licence'], rows),
  ].join('\n\n');
}
