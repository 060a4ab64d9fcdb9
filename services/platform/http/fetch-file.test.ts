/** Real: sockets. A double: a host on this machine, which is not public. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { fetchFile, NotFetched } from './fetch-file.ts';
import type { FileRules } from './fetch-file.ts';

const calls: string[] = [];
const server = createServer((request, response) => {
  calls.push(request.url!);
  const [, status = '200'] = /status=(\d+)/.exec(request.url!) ?? [];
  response.writeHead(Number(status), { location: 'http://127.0.0.1:1/elsewhere' });
  if (request.url!.includes('cut')) {
    response.write('half');
    setImmediate(() => response.destroy());
  } else if (!request.url!.includes('silent')) response.end('0123456789');
});
let host = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const rules = (changes: Partial<FileRules> = {}): FileRules => ({
  hosts: [host],
  networks: ['127.0.0.0/8', '::1'],
  bytesMax: 10,
  deadlineMs: 5_000,
  ...changes,
});
const why = (url: string, changes?: Partial<FileRules>) =>
  fetchFile(url, rules(changes)).then(
    () => 'fetched',
    (error: unknown) => (error instanceof NotFetched ? error.reason : error),
  );

it('a file comes whole, from a host that is listed', async () => {
  expect((await fetchFile(`http://${host}/a.png`, rules())).toString()).toBe('0123456789');
  expect(await why(`http://${host}/a.png`, { bytesMax: 9 })).toBe('size');
});

it.each([
  ['missing', '?status=404'],
  ['away', '?status=503'],
  ['away', '?status=429'],
  ['redirect', '?status=302'],
  ['away', '?cut'],
])('is told as %s at %s', async (reason, path) => {
  expect(await why(`http://${host}/${path}`)).toBe(reason);
});

it('ends at its deadline', async () => {
  expect(await why(`http://${host}/silent`, { deadlineMs: 50 })).toBe('away');
});

it('calls no host that is not listed, nor one over http, nor with a user', async () => {
  calls.length = 0;
  expect(await why(`http://${host}/`, { hosts: ['127.0.0.1', 'cdn.example.com'] })).toBe('host');
  expect(await why('http://cdn.example.com/a', { hosts: ['cdn.example.com'] })).toBe('host');
  expect(await why(`http://me:secret@${host}/`)).toBe('host');
  expect(await why('file:///etc/passwd', { hosts: [''] })).toBe('host');
  expect(calls).toEqual([]);
});

it('calls no address that is not public, spelt out or behind a name', async () => {
  calls.length = 0;
  const port = host.split(':')[1]!;
  for (const name of [`127.0.0.1:${port}`, `[::ffff:127.0.0.1]:${port}`, `localhost:${port}`]) {
    const listed = URL.parse(`http://${name}/`)!.host;
    expect([name, await why(`http://${name}/`, { hosts: [listed], networks: [] })]).toEqual([
      name,
      'address',
    ]);
  }
  for (const address of ['10.0.0.1', '169.254.169.254', '192.168.1.1', '[fd00::1]', '[fe80::1]', '0.0.0.0'])
    expect([address, await why(`https://${address}/`, { hosts: [address], networks: [] })]).toEqual([
      address,
      'address',
    ]);
  expect(calls).toEqual([]);
});
