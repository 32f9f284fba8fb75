export { chooseWebRuntime } from './choose-web-runtime.ts';
export { type WebRuntimeSettings, webRuntime } from './web-runtime.ts';
