export { findChromium } from './find-chromium.ts';
export { fuzzCases, fuzzTimeoutMs, hostileSafetensors, mutatedBytes, mutatedJson } from './fuzz.ts';
