/** Bounds of what a party sends, so that a message can be refused before it is read. */
export const limits = {
  /** Bytes of a JSON body: the longest is a run's settings. */
  jsonBytes: 64 * 1024,
  /** Bytes of an update: LoRA of rank 64 on every linear map of a model of 7 billion parameters takes 640 MB as float32. */
  uploadBytes: 1024 ** 3,
  /** Characters of an id or a name. */
  nameLength: 100,
  /** Characters of the reason for which a device leaves. */
  reasonLength: 200,
  /** Seconds that a poll for an assignment waits at most, below the minute after which proxies give up. */
  pollSeconds: 25,
  /** Seconds between two heart-beats of a device. */
  heartbeatSeconds: 10,
  /** Seconds after its last sign of life at which a device counts as away: three missed heart-beats. */
  awaySeconds: 35,
  /** Seconds that a request's credential is good for. */
  credentialSeconds: 60,
} as const;
