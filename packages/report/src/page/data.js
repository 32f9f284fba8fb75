/** What `page-data/page-data.ts` describes. */
export const data = await unpackData(document.querySelector('#data').textContent);

async function unpackData(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(unzipped).text());
}
