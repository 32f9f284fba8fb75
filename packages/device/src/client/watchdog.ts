/** Ends an exchange in which nothing has happened for a while. */
export interface Watchdog {
  /** Aborts with the caller's signal, or with a TimeoutError. */
  readonly signal: AbortSignal;
  /** Something has happened: the time counts anew. */
  readonly alive: () => void;
  readonly stop: () => void;
}

export function startWatchdog(timeoutMs: number, caller: AbortSignal): Watchdog {
  const controller = new AbortController();
  const bark = (): void => {
    controller.abort(new DOMException(`nothing came for ${timeoutMs / 1000} s`, 'TimeoutError'));
  };
  let timer = setTimeout(bark, timeoutMs);
  return {
    signal: AbortSignal.any([caller, controller.signal]),
    alive: () => {
      clearTimeout(timer);
      timer = setTimeout(bark, timeoutMs);
    },
    stop: () => clearTimeout(timer),
  };
}
