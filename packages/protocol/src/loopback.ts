/** Whether only this machine itself is meant, by the name or address of a host, as a URL writes it or without brackets. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/.test(host);
}
