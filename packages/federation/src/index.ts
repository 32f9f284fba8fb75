export {
  createDeviceKey,
  type DeviceKey,
  exportDeviceKey,
  importDeviceKey,
  importPublicKey,
  type PrivateKey,
  privateKeySchema,
  publicKeyOf,
} from './identity/device-key.ts';
export {
  CredentialError,
  claimedDevice,
  type ReceivedRequest,
  type SignedRequest,
  signRequest,
  type VerifiedCredential,
  verifyRequest,
} from './identity/request-credential.ts';
export { sha256Hex } from './identity/sha256.ts';
export {
  hashToken,
  makeJoinToken,
  makeOperatorToken,
  type RandomBytes,
  secureRandom,
} from './identity/tokens.ts';
export * from './protocol/assignment.ts';
export { describeProtocol } from './protocol/describe-protocol.ts';
export * from './protocol/enrolment.ts';
export { limits } from './protocol/limits.ts';
export * from './protocol/names.ts';
export * from './protocol/operator.ts';
export * from './protocol/problem.ts';
export { type Access, type Route, type RouteName, routes, statusSchema } from './protocol/routes.ts';
export * from './protocol/update.ts';
export { PROTOCOL_VERSION, VERSION_HEADER } from './protocol/version.ts';
