import { execFileSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newFolder } from '../testing/run-legend.ts';

/**
 * A file system of few megabytes for one program and what it starts: a tmpfs in a mount namespace of its own, which root
 * may make, and anybody who may make user namespaces. It is gone with its program.
 */
export class SmallDisk {
  readonly #mountPoint: string;
  /** Command line before that of the program. */
  readonly launcher: readonly string[];
  #ballast: string | undefined;

  private constructor(mountPoint: string, launcher: readonly string[]) {
    this.#mountPoint = mountPoint;
    this.launcher = launcher;
  }

  static async make(megabytes = 16): Promise<SmallDisk> {
    const mountPoint = await newFolder();
    const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
    const script = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && exec "$@"`;
    const launcher = ['unshare', ...namespace, 'sh', '-c', script, mountPoint];
    try {
      const [program = '', ...args] = launcher;
      execFileSync(program, [...args, 'true'], { stdio: 'pipe' });
    } catch (cause) {
      throw new Error(
        'A disk that can be filled needs a mount namespace (unshare, mount): run the tests as root with the right to mount, or permit user namespaces (sysctl kernel.unprivileged_userns_clone=1).',
        { cause },
      );
    }
    return new SmallDisk(mountPoint, launcher);
  }

  /** A folder on it, for its program. */
  get folder(): string {
    return this.#mountPoint;
  }

  /** Once its program runs. @returns the same folder, for this process */
  attach(pid: number): string {
    const seen = join(`/proc/${pid}/root`, this.#mountPoint);
    this.#ballast = join(seen, 'ballast');
    return seen;
  }

  /** Leaves no byte free. */
  async fill(): Promise<void> {
    const file = await open(this.#ballast ?? '', 'w');
    try {
      for (;;) await file.appendFile(new Uint8Array(65_536));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await file.close();
    }
  }

  async free(): Promise<void> {
    await rm(this.#ballast ?? '');
  }
}
