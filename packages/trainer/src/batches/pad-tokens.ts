/** Batches' lengths are rounded up to a multiple of this, the bucket. */
const BUCKET_TOKENS = 8;

/** The length of a batch whose longest text has so many tokens, where the model takes texts that long. */
export function padTokens(tokens: number, bucketTokens = BUCKET_TOKENS): number {
  return bucketTokens * Math.ceil(tokens / bucketTokens);
}
