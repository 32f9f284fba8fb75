import { expect, test } from 'vitest';
import { html, trustedMarkup } from './html.ts';

test('texts are escaped for elements and quoted attributes', () => {
  const text = `<img src=x onerror="alert('1')"> & more`;
  expect(html`<p title="${text}">${text}</p>`.markup).toBe(
    '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more">' +
      '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more</p>',
  );
});

test('markup, lists of markup and numbers go in as they are', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
  expect(html`<ul data-count="${2}">${items}</ul>${trustedMarkup('<hr>')}`.markup).toBe(
    '<ul data-count="2"><li>a</li><li>&lt;b&gt;</li></ul><hr>',
  );
});
