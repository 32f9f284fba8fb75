/** Writes the pages that are made from the source: run before the site is built or served. They are not committed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiPages } from './api-pages.ts';
import { cataloguePage } from './catalogue-page.ts';
import { commandsPage } from './commands-page.ts';
import { errorsPage } from './errors-page.ts';
import { root } from './list-packages.ts';
import { openApiDocument, protocolPage } from './protocol-page.ts';
import { rootPage } from './root-pages.ts';
import { settingsPage } from './settings-page.ts';

const files = new Map([
  ['reference/commands.md', await commandsPage()],
  ['reference/catalogue.md', cataloguePage()],
  ['reference/settings.md', settingsPage()],
  ['reference/protocol.md', protocolPage()],
  ['reference/errors.md', errorsPage()],
  ['public/openapi.json', openApiDocument()],
  ['explanation/architecture.md', rootPage('ARCHITECTURE.md')],
  ['contributing.md', rootPage('CONTRIBUTING.md')],
]);
for (const [name, text] of apiPages()) files.set(`reference/api/${name}.md`, text);

for (const [name, text] of files) {
  const path = join(root, 'docs', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
console.log(`${files.size} generated files in docs/`);
