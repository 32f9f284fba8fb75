import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InputError } from '@legend-fl/base';

/** A certificate and its key, as PEM. */
export interface TlsCertificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads a certificate (or a chain, its own certificate first) and its key. Throws InputError where a file cannot be
 * read, is no PEM, or the two do not belong together; also of a certificate that does not count today.
 */
export async function loadCertificate({
  certFile,
  keyFile,
  now,
}: {
  readonly certFile: string;
  readonly keyFile: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}): Promise<TlsCertificate> {
  const [cert, key] = await Promise.all([readPem(certFile), readPem(keyFile)]);
  const certificate = parse(() => new X509Certificate(cert), certFile, 'a certificate in PEM format');
  const privateKey = parse(
    () => createPrivateKey(key),
    keyFile,
    'a private key in PEM format, without a password',
  );
  checkPair(certificate, privateKey, certFile, keyFile);
  const { validFrom, validTo } = certificate;
  if (now < Date.parse(validFrom) || now > Date.parse(validTo)) {
    throw new InputError({
      code: 'certificate-expired',
      expected: `a certificate that counts today, ${new Date(now).toISOString()}`,
      got: `one from ${validFrom} to ${validTo}`,
      where: certFile,
      todo: 'Renew it, or set the clock.',
    });
  }
  return { cert, key };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new InputError({
      code: 'certificate-unreadable',
      expected: 'a file in PEM format',
      got: `"${(cause as Error).message}"`,
      where: path,
      todo: 'Give the file with --tls-cert or --tls-key.',
      cause,
    });
  }
}

function parse<T>(read: () => T, where: string, expected: string): T {
  try {
    return read();
  } catch (cause) {
    throw new InputError({
      code: 'certificate-invalid',
      expected,
      got: `"${(cause as Error).message}"`,
      where,
      todo: 'Give another file.',
      cause,
    });
  }
}

function checkPair(certificate: X509Certificate, key: KeyObject, certFile: string, keyFile: string): void {
  if (certificate.checkPrivateKey(key)) return;
  throw new InputError({
    code: 'certificate-invalid',
    expected: `the key of ${certFile}`,
    got: 'the key of another certificate',
    where: keyFile,
    todo: 'Give the key that the certificate was made with; in a chain the own certificate comes first.',
  });
}
