export { bundlePages } from './bundle-pages.ts';
export type { PageFile } from './page-file.ts';
