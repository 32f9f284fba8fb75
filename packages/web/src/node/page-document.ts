import type { PageFile } from './page-file.ts';
import { securityHeaders } from './security-headers.ts';

interface Document {
  readonly title: string;
  /** Paths. */
  readonly script: string;
  readonly style: string;
  /** Told to the script as data of the page's root. */
  readonly data: Readonly<Record<string, string>>;
}

/** The document that a page begins with; its script draws everything. */
export function pageDocument({ title, script, style, data }: Document): PageFile {
  const attributes = Object.entries(data).map(([name, value]) => ` data-${name}="${value}"`);
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body>
<noscript><p class="note">This page needs JavaScript.</p></noscript>
<div id="page"${attributes.join('')}></div>
</body>
</html>
`;
  return {
    type: 'text/html; charset=utf-8',
    bytes: new TextEncoder().encode(text),
    headers: { ...securityHeaders, 'Cache-Control': 'no-cache' },
  };
}
