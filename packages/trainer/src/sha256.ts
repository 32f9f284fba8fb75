/**
 * SHA-256 in hexadecimal, by the platform's own code in Node and in browsers, which offer it to pages from https or
 * from this machine only.
 */
export async function sha256(content: string | ArrayBufferView): Promise<string> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  // Web Cryptography takes no shared memory; what is hashed here never lies in any.
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as ArrayBufferView<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
