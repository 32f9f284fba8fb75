/** At most: arguments of one call. */
const CHUNK = 8192;

/** The values as text that JSON carries unchanged, bit for bit: base64 of little-endian float32. */
export function encodeFloat32(values: Float32Array): string {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setFloat32(4 * index, value, true);
  let text = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(text);
}

/** undefined for what `encodeFloat32` can't have written. */
export function decodeFloat32(encoded: string): Float32Array | undefined {
  const text = decodeBase64(encoded);
  if (text === undefined || text.length % 4 !== 0) return undefined;
  const view = new DataView(Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer);
  return Float32Array.from({ length: text.length / 4 }, (_, index) => view.getFloat32(4 * index, true));
}

function decodeBase64(encoded: string): string | undefined {
  try {
    return atob(encoded);
  } catch {
    return undefined;
  }
}
