/** What the browser has, as far as taking part depends on it. */
export interface BrowserAbilities {
  /** What is missing without which it cannot take part, in a sentence. */
  readonly obstacle: string | undefined;
  /** What it makes up for, and how. */
  readonly notes: readonly string[];
}

export async function findAbilities(): Promise<BrowserAbilities> {
  if (!isSecureContext) {
    return {
      obstacle:
        'Browsers let a page train only over https, or on the coordinator’s own machine (http://localhost). ' +
        'Open this page over https: start the coordinator with --tls-cert and --tls-key, or put it behind a proxy ' +
        'that has a certificate.',
      notes: [],
    };
  }
  if (!(await knowsEd25519())) {
    return {
      obstacle:
        'This browser cannot make the key that a device signs with (Ed25519). Use Chrome or Edge 137, Firefox 130, ' +
        'Safari 17, or a later version.',
      notes: [],
    };
  }
  const notes: string[] = [];
  if (!('gpu' in navigator)) {
    notes.push('This browser has no WebGPU, so it trains on the processor, with WebAssembly.');
  }
  if (!crossOriginIsolated) {
    notes.push('This page has no shared memory (SharedArrayBuffer), so WebAssembly uses only one thread.');
  }
  return { obstacle: undefined, notes };
}

async function knowsEd25519(): Promise<boolean> {
  try {
    await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
    return true;
  } catch {
    return false;
  }
}

/** Half of what the machine has, so far as the browser tells, and what WebAssembly can address: a guess to begin with. */
export function guessMemoryMegabytes(): number {
  const { deviceMemory = 2 } = navigator as { readonly deviceMemory?: number };
  return Math.round(1000 * Math.min(2, deviceMemory / 2));
}

/** E.g. `Chrome on Linux`. */
export function guessDeviceName(): string {
  const { userAgent } = navigator;
  const browser = [
    ['Edg/', 'Edge'],
    ['OPR/', 'Opera'],
    ['Firefox/', 'Firefox'],
    ['Chrome/', 'Chrome'],
    ['Safari/', 'Safari'],
  ].find(([mark = '']) => userAgent.includes(mark))?.[1];
  const system = [
    ['Android', 'Android'],
    ['iPhone', 'iPhone'],
    ['iPad', 'iPad'],
    ['Windows', 'Windows'],
    ['Mac OS', 'macOS'],
    ['CrOS', 'ChromeOS'],
    ['Linux', 'Linux'],
  ].find(([mark = '']) => userAgent.includes(mark))?.[1];
  return [browser ?? 'Browser', ...(system === undefined ? [] : ['on', system])].join(' ');
}
