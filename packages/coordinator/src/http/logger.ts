import { type DestinationStream, destination, type Logger, pino } from 'pino';

/** Whatever looks like a token or a credential, wherever in a line it stands. */
const secrets = /\bl[jo]_[A-Za-z0-9_-]+|\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+/g;

export type { Logger };

/**
 * A log in JSON lines, on stderr unless told otherwise. No token, credential or cookie gets into it: fields that hold
 * one are left out, and what looks like one in any text is blotted out.
 */
export function makeLogger({
  level = 'info',
  stream = destination(2),
}: {
  readonly level?: string;
  readonly stream?: DestinationStream;
} = {}): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['authorization', 'cookie', 'token', 'headers', '*.authorization', '*.cookie', '*.token'],
        remove: true,
      },
      hooks: { streamWrite: (line) => line.replace(secrets, '[secret]') },
    },
    stream,
  );
}
