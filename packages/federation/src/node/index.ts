export type * from './coordinator/coordinator.ts';
export { Refusal } from './coordinator/refusal.ts';
export { defaultHttpLimits, type HttpLimits } from './http/http-limits.ts';
export { loadCertificate, type TlsCertificate } from './http/load-certificate.ts';
export { type Logger, makeLogger } from './http/logger.ts';
export { createOperatorToken, replaceOperatorToken } from './http/operator-token.ts';
export type { Page, Pages } from './http/pages.ts';
export { type HttpServer, type HttpServerOptions, startHttpServer } from './http/start-http-server.ts';
export type * from './store/store.ts';
