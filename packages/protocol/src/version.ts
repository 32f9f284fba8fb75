/** Version of the protocol that this program speaks. A path begins with it: `/v1/…`. */
export const PROTOCOL_VERSION = 1;

/** Request header in which a device names the version it speaks; an answer to an unknown one lists those known. */
export const VERSION_HEADER = 'Legend-Protocol';
