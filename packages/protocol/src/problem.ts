import { z } from 'zod';

/** HTTP status of every reason for which a request is refused. */
export const problemStatus = {
  /** The request does not say what it has to say. */
  'request-invalid': 400,
  'body-too-long': 413,
  'protocol-unsupported': 426,
  'not-found': 404,
  'method-not-allowed': 405,
  /** Wait for as many seconds as `Retry-After` says. */
  'too-many-requests': 429,
  /** No credential, or one that does not verify. */
  'credential-invalid': 401,
  /** Made too long ago, or in the future: `serverTime` tells the coordinator's clock. */
  'credential-expired': 401,
  'credential-replayed': 401,
  'token-invalid': 403,
  'token-revoked': 403,
  'token-used': 403,
  'token-expired': 403,
  /** A device that this token let in, or one from the same address, was revoked after the token was made. */
  'token-held': 403,
  'device-unknown': 403,
  'device-revoked': 403,
  'operator-only': 403,
  'run-unknown': 404,
  /** The coordinator cannot open the run at present; the operator knows why. */
  'run-set-aside': 503,
  'run-finished': 409,
  'run-conflict': 409,
  /** Of an update. */
  'old-round': 409,
  'round-not-open': 409,
  'round-closed': 409,
  'unknown-device': 409,
  'device-dropped': 409,
  'conflicting-update': 409,
  'update-invalid': 422,
  /** Of an upload. */
  'upload-offset': 409,
  'upload-incomplete': 409,
  'upload-corrupt': 422,
  /** More uploads than an assignment needs. */
  'too-many-uploads': 429,
  /** `Range` asks for bytes that the blob does not have. */
  'range-unsatisfiable': 416,
  'disk-full': 507,
  'shutting-down': 503,
  failed: 500,
} as const;

export type ProblemCode = keyof typeof problemStatus;

export const problemCodes = Object.keys(problemStatus) as [ProblemCode, ...ProblemCode[]];

/** The body of every answer that refuses. */
export const problemSchema = z.object({
  code: z.enum(problemCodes),
  /** One sentence: what was expected, what came, what to do. */
  message: z.string(),
  /** Milliseconds since 1970, by the coordinator's clock. */
  serverTime: z.number(),
  /** Of `upload-offset`: bytes that the coordinator holds. */
  offset: z.int().nonnegative().exactOptional(),
  /** Of `protocol-unsupported`. */
  supported: z.array(z.int()).exactOptional(),
});

export type Problem = z.output<typeof problemSchema>;

/** A refusal for a reason that this version does not know: the HTTP status tells what to make of it. */
export const laterProblemSchema = z.object({
  code: z.string().max(100),
  message: z.string(),
  serverTime: z.number(),
});
