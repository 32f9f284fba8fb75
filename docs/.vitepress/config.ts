import { katex } from '@mdit/plugin-katex';
import { defineConfig } from 'vitepress';
import { listPackages } from '../generate/list-packages.ts';

/** The site: `npm run docs:build` writes it to `docs/.vitepress/dist`, with relative links that any folder can serve. */
export default defineConfig({
  title: 'Legend',
  description: 'Federated fine-tuning with LoRA on devices of unequal speed, in TypeScript',
  lang: 'en',
  // None, so that browsers don't ask for one.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  cleanUrls: false,
  lastUpdated: false,
  srcExclude: ['.vitepress/**', 'generate/**'],
  markdown: {
    // With KaTeX's fonts, see `theme/`: MathML alone needs a font for mathematics, which many machines lack.
    config: (md) => {
      md.use(katex);
    },
  },
  // A formula that cannot be read is shown as text and logged, and would go unnoticed.
  transformHtml(html, id) {
    if (html.includes('katex-error')) throw new Error(`${id} has a formula that cannot be read.`);
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'Tutorials', link: '/tutorials/own-data' },
      { text: 'How-to', link: '/how-to/operating' },
      { text: 'Explanation', link: '/explanation/method' },
      { text: 'Reference', link: '/reference/commands' },
      { text: 'Results', link: '/results/RESULTS' },
    ],
    sidebar: [
      { text: 'Quick start', link: '/quick-start' },
      {
        text: 'Tutorials',
        items: [
          { text: 'Your own data', link: '/tutorials/own-data' },
          { text: 'Your own strategy', link: '/tutorials/own-strategy' },
          { text: 'Your own fleet', link: '/tutorials/own-fleet' },
          { text: 'Real devices', link: '/tutorials/real-devices' },
          { text: 'In the browser', link: '/tutorials/browser' },
          { text: 'In your program', link: '/tutorials/library' },
          { text: 'Export to PEFT', link: '/tutorials/export-to-peft' },
        ],
      },
      {
        text: 'How-to',
        items: [
          { text: 'Operate a coordinator', link: '/how-to/operating' },
          { text: 'Reuse frozen blocks', link: '/how-to/trunk-cache' },
          { text: 'Faults', link: '/how-to/faults' },
          { text: 'Load', link: '/how-to/load' },
          { text: 'Trust', link: '/how-to/trust' },
        ],
      },
      {
        text: 'Explanation',
        items: [
          { text: 'The method', link: '/explanation/method' },
          { text: 'The compiler', link: '/explanation/compiler' },
          { text: 'The rounds', link: '/explanation/rounds' },
          { text: 'Speed', link: '/explanation/speed' },
          { text: 'Agreement with PyTorch', link: '/explanation/agreement' },
          { text: 'Architecture', link: '/explanation/architecture' },
        ],
      },
      {
        text: 'Reference',
        items: [
          { text: 'Commands', link: '/reference/commands' },
          { text: 'Settings', link: '/reference/settings' },
          { text: 'Strategies', link: '/reference/strategies' },
          { text: 'Models and data', link: '/reference/models-and-data' },
          { text: 'Catalogue', link: '/reference/catalogue' },
          { text: 'Protocol', link: '/reference/protocol' },
          { text: 'Error codes', link: '/reference/errors' },
          {
            text: 'Packages',
            link: '/reference/api/',
            collapsed: true,
            items: listPackages()
              .filter(({ folder }) => folder !== 'cli')
              .map(({ name, folder }) => ({ text: name, link: `/reference/api/${folder}` })),
          },
        ],
      },
      { text: 'Results', link: '/results/RESULTS' },
      { text: 'Contributing', link: '/contributing' },
    ],
  },
});
