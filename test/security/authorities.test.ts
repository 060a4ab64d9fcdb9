/** Real: TLS servers of two private authorities, made by the JDK's keytool, and a process with NODE_EXTRA_CA_CERTS. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createServer } from 'node:tls';
import type { Server } from 'node:tls';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { selfSigned, storePassword } from './certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-authorities-'));
const trusted = join(folder, 'ca.pem');
const servers: Record<string, Server> = {};
let process_: ChildProcess;
const answers: string[] = [];

beforeAll(async () => {
  for (const name of ['old', 'new']) servers[name] = await serverOf(name);
  copyFileSync(join(folder, 'old.pem'), trusted);
  process_ = spawn(process.execPath, ['--input-type=module', '-e', program()], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  createInterface({ input: process_.stdout! }).on('line', (line) => {
    answers.push(line);
    process_.emit('answered');
  });
});
afterAll(() => {
  process_.kill();
  for (const server of Object.values(servers)) server.close();
  rmSync(folder, { recursive: true });
});

/** A certificate that vouches for itself. */
async function serverOf(name: string): Promise<Server> {
  await selfSigned(folder, name);
  const server = createServer(
    { pfx: readFileSync(join(folder, `${name}.p12`)), passphrase: storePassword },
    (socket) => socket.on('error', () => undefined).end(),
  );
  server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** For each line it reads: looks at the file again, connects to both, says to which it could. */
function program(): string {
  const module_ = new URL('../../services/platform/config/authorities.ts', import.meta.url).href;
  const ports = Object.entries(servers).map(([name, server]) => [
    name,
    (server.address() as AddressInfo).port,
  ]);
  return `import tls from 'node:tls';
    import { createInterface } from 'node:readline';
    import { CertificateAuthorities } from ${JSON.stringify(module_)};
    const authorities = new CertificateAuthorities(process.env.NODE_EXTRA_CA_CERTS);
    const reaches = (port) => new Promise((resolve) => {
      const socket = tls.connect({ host: '127.0.0.1', port }, () => resolve(true) || socket.destroy());
      socket.on('error', () => resolve(false));
    });
    for await (const _ of createInterface({ input: process.stdin })) {
      let problem = '';
      try { authorities.follow(); } catch (error) { problem = ' ' + error.message; }
      const reached = [];
      for (const [name, port] of ${JSON.stringify(ports)}) if (await reaches(port)) reached.push(name);
      console.log(reached.join(' ') + problem);
    }`;
}

async function reached(): Promise<string> {
  const next = once(process_, 'answered');
  process_.stdin!.write('\n');
  await next;
  return answers.at(-1)!;
}

it('a replaced authority is trusted without a restart, and the one before it no longer', async () => {
  expect(await reached()).toBe('old');
  const [old, young] = ['old', 'new'].map((name) => readFileSync(join(folder, `${name}.pem`), 'utf8'));
  writeFileSync(trusted, `${old}${young}`);
  expect(await reached()).toBe('old new');
  writeFileSync(trusted, young!);
  expect(await reached()).toBe('new');
  writeFileSync(trusted, 'nothing');
  expect(await reached()).toContain('new NODE_EXTRA_CA_CERTS names');
});
