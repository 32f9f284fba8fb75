export { bundlePages, type PageFile } from './bundle-pages.ts';
