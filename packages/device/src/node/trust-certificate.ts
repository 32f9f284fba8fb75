import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';
import { InputError } from '@legend-fl/base';

/**
 * Lets this process trust servers whose certificates the authority of this PEM file has signed, beside those that it
 * trusts anyway. Has to be called before the first connection.
 * @throws InputError `certificate-invalid`
 */
export async function trustCertificate(path: string): Promise<void> {
  const refuse = (got: string, cause?: unknown): InputError =>
    new InputError({
      code: 'certificate-invalid',
      expected: 'certificates in PEM format',
      got,
      where: path,
      todo: 'Give the certificate of the authority that signed the one of the coordinator.',
      cause,
    });
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw refuse(cause.code ?? cause.message, cause);
  });
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw refuse('none', undefined);
  if (typeof tls.setDefaultCACertificates !== 'function') {
    throw new InputError({
      code: 'certificate-unsupported',
      expected: 'Node 22.19 or later',
      got: process.version,
      where: path,
      todo: 'Set NODE_EXTRA_CA_CERTS to this file instead, or update Node.',
    });
  }
  try {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), text]);
  } catch (cause) {
    throw refuse('one that cannot be read', cause);
  }
}
