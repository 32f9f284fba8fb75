let offset = 0;

/** What the coordinator's clock shows, in milliseconds since 1970: all times that it tells are by this clock. */
export function serverNow(): number {
  return Date.now() + offset;
}

/** Sets it by a time that the coordinator told just now; off by no more than the answer took. */
export function noteServerTime(serverTime: number): void {
  offset = serverTime - Date.now();
}
