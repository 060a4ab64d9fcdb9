import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const storePassword = 'changeit';

/** A certificate of 127.0.0.1 that vouches for itself, by the JDK's keytool: `name.p12` with its key, and `name.pem`. */
export async function selfSigned(folder: string, name: string, commonName = name): Promise<void> {
  const keytool = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin/keytool') : 'keytool';
  // Of a second of a processor each, two thirds.
  const quick = ['-J-XX:TieredStopAtLevel=1', '-J-XX:+UseSerialGC'];
  const store = ['-alias', 'own', '-keystore', join(folder, `${name}.p12`), '-storepass', storePassword];
  const kind = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-storetype', 'PKCS12', '-validity', '2'];
  const subject = ['-dname', `CN=${commonName}`, '-ext', 'san=ip:127.0.0.1'];
  const run = promisify(execFile);
  await run(keytool, [...quick, '-genkeypair', ...store, ...kind, ...subject]);
  await run(keytool, [...quick, '-exportcert', '-rfc', ...store, '-file', join(folder, `${name}.pem`)]);
}
