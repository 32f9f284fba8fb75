import { limits } from '@legend-fl/protocol';
import { TooManyRequests } from '../refusals/too-many-requests.ts';

/**
 * Uploads of one device that lie on the disk, whole or in part, until they are handed in. An honest device has one; a
 * second where it trained anew after a restart; one to spare.
 */
const UPLOADS_PER_DEVICE = 3;

/**
 * Bytes of all uploads that came by one join token and are not handed in yet: 16 of the greatest length, or 16,000 of a
 * megabyte. A larger fleet waits for its turn, as what is handed in makes room.
 */
const BYTES_PER_TOKEN = 16 * limits.uploadBytes;

/** Soon, since uploads end within seconds to minutes. */
const RETRY_SECONDS = 10;

export interface Upload {
  readonly device: string;
  readonly sha256: string;
}

/** What came by one token in the attempt under way. */
interface Batch {
  readonly attempt: string;
  /** Bytes of the whole, by device and hash. */
  readonly devices: Map<string, Map<string, number>>;
  /** Their sum. */
  bytes: number;
}

/** How much has been uploaded and not handed in, so that neither a device nor a token can fill the disk. In memory. */
export class OpenUploads {
  readonly #batches = new Map<string, Batch>();

  /**
   * Takes note of an upload before anything of it is read; of one that goes on it changes nothing.
   * @param attempt of the run that the token is for; when it is another than before, the uploads of that are over
   * @param bytes of the whole upload
   * @returns uploads of an earlier attempt that were never handed in, which can be deleted
   * @throws TooManyRequests `too-many-uploads`
   */
  begin({
    token,
    attempt,
    device,
    sha256,
    bytes,
  }: Upload & {
    readonly token: string;
    readonly attempt: string;
    readonly bytes: number;
  }): readonly Upload[] {
    const before = this.#batches.get(token);
    const batch = before?.attempt === attempt ? before : { attempt, devices: new Map(), bytes: 0 };
    const own = batch.devices.get(device) ?? new Map<string, number>();
    const known = own.get(sha256);
    if (known === undefined && own.size >= UPLOADS_PER_DEVICE) {
      throw tooMany('uploads of this device that are not handed in');
    }
    const more = Math.max(0, bytes - (known ?? 0));
    if (batch.bytes + more > BYTES_PER_TOKEN) throw tooMany('bytes uploaded by this join token at once');
    batch.bytes += more;
    batch.devices.set(device, own.set(sha256, (known ?? 0) + more));
    this.#batches.set(token, batch);
    return before === undefined || before === batch
      ? []
      : listUploads(before).filter(isOther(device, sha256));
  }

  /** An upload has been handed in or discarded. */
  end(token: string, device: string, sha256: string): void {
    const batch = this.#batches.get(token);
    const own = batch?.devices.get(device);
    if (batch === undefined || own === undefined) return;
    batch.bytes -= own.get(sha256) ?? 0;
    own.delete(sha256);
    if (own.size === 0) batch.devices.delete(device);
  }
}

function listUploads({ devices }: Batch): Upload[] {
  return [...devices].flatMap(([device, own]) => [...own.keys()].map((sha256) => ({ device, sha256 })));
}

function isOther(device: string, sha256: string) {
  return (upload: Upload) => upload.device !== device || upload.sha256 !== sha256;
}

function tooMany(what: string): TooManyRequests {
  return new TooManyRequests(what, RETRY_SECONDS, 'too-many-uploads');
}
