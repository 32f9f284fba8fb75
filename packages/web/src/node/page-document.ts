import type { PageFile } from './bundle-pages.ts';

interface Document {
  readonly title: string;
  /** Paths. */
  readonly script: string;
  readonly style: string;
}

/** Nothing but what the coordinator itself serves; inline styles are widths and colours of what is drawn. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'Content-Security-Policy': policy,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
};

/** The document that a page begins with; its script draws everything. */
export function pageDocument({ title, script, style }: Document): PageFile {
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
<div id="page"></div>
</body>
</html>
`;
  return { type: 'text/html; charset=utf-8', bytes: new TextEncoder().encode(text), headers };
}
