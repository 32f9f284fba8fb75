export {
  type Assignment,
  assignmentSchema,
  blobSchema,
  codecSchema,
  devicePlanSchema,
  type EvaluateAssignment,
  evaluateAssignmentSchema,
  finishedAssignmentSchema,
  localTrainingSchema,
  type TrainAssignment,
  trainAssignmentSchema,
} from './assignment.ts';
export { bounds } from './bounds.ts';
export { describeProtocol } from './describe-protocol.ts';
export {
  baseFileSchema,
  capacityReportSchema,
  capacitySchema,
  enrolledSchema,
  enrolmentSchema,
  type PublicKey,
  publicKeySchema,
  type RunForDevices,
  runForDevicesSchema,
  runtimeSchema,
} from './enrolment.ts';
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
export { type JoinInvitation, joinCommandLine, joinInvitation } from './join-invitation.ts';
export { limits } from './limits.ts';
export { isLoopback } from './loopback.ts';
export {
  byteCount,
  contentHash,
  count,
  displayName,
  exampleCount,
  identifier,
  reportedLoss,
  reportedSeconds,
  roundNumber,
  seconds,
} from './names.ts';
export {
  createdTokenSchema,
  type DeviceView,
  deviceChangeSchema,
  deviceStatus,
  deviceViewSchema,
  type LiveEvent,
  type LogEntry,
  liveEventSchema,
  logEntrySchema,
  newTokenSchema,
  type RoundView,
  type RunChange,
  type RunView,
  roundViewSchema,
  runChangeSchema,
  runStatus,
  runViewSchema,
  signInSchema,
  type TokenView,
  tokenViewSchema,
} from './operator.ts';
export {
  laterProblemSchema,
  type Problem,
  type ProblemCode,
  problemCodes,
  problemSchema,
  problemStatus,
} from './problem.ts';
export { type Access, type Route, type RouteName, routes, statusSchema } from './routes.ts';
export {
  acceptedSchema,
  type Heartbeat,
  heartbeatAnswerSchema,
  heartbeatSchema,
  LENGTH_HEADER,
  leaveSchema,
  OFFSET_HEADER,
  scoreReportSchema,
  scoreSchema,
  type UpdateReport,
  updateSchema,
  uploadStateSchema,
} from './update.ts';
export { PROTOCOL_VERSION, VERSION_HEADER } from './version.ts';
