import { InputError } from '@legend-fl/base';

/**
 * SHA-256 in hexadecimal, by the platform's own code in Node and in browsers, which offer it to pages from https or
 * from this machine only.
 * @throws InputError on other pages
 */
export async function sha256(content: string | ArrayBufferView): Promise<string> {
  // Its type knows no pages from elsewhere.
  const subtle: typeof crypto.subtle | undefined = crypto.subtle;
  if (!subtle) {
    throw new InputError({
      code: 'page-insecure',
      expected: 'a page from https, or from this machine',
      got: 'another, to which the browser gives no cryptography',
      where: 'trunk cache',
      todo: 'Serve the page over https, or train without a trunk cache.',
    });
  }
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  // Web Cryptography takes no shared memory; what is hashed here never lies in any.
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes as ArrayBufferView<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
