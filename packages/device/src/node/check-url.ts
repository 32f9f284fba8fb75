import { InputError } from '@legend-fl/base';
import { isLoopback } from '@legend-fl/protocol';

/**
 * The address of a coordinator as it is written.
 * @throws InputError where it is none, or `http` to another machine, which anybody on the way could read and change, and
 * `allowPlainHttp` does not permit it
 */
export function checkUrl(text: string, { allowPlainHttp }: { readonly allowPlainHttp: boolean }): string {
  const url = URL.parse(text);
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !isWeb || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new InputError({
      code: 'url-invalid',
      expected: 'the address of a coordinator, e.g. https://example.org:8443',
      got: `"${text}"`,
      where: 'URL',
      todo: 'Give the address that whoever runs the coordinator has given you.',
    });
  }
  if (url.protocol === 'http:' && !allowPlainHttp && !isLoopback(url.hostname)) {
    throw new InputError({
      code: 'url-not-safe',
      expected: 'https, or http to this very machine',
      got: `http to ${url.hostname}`,
      where: 'URL',
      todo: 'Use https; --allow-plain-http permits http in a network where nobody listens.',
    });
  }
  return url.href.replace(/\/+$/, '');
}
