/** The installer as npm calls it, on a machine that lacks something: a PATH with only what the test puts there. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { packagesAreInstalled } from './packages.mjs';
import { progress } from './progress.mjs';
import { projectFolder } from './places.mjs';

function installOn(programs: Record<string, string>, flags: string[] = []) {
  const bin = mkdtempSync(join(tmpdir(), 'cartage-path-'));
  for (const [name, says] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho '${says}' >&2\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const installer = join(projectFolder, 'deploy/local/install.mjs');
  const { status, stderr, stdout } = spawnSync(process.execPath, [...flags, installer, '--for', 'start'], {
    env: { PATH: bin },
    encoding: 'utf8',
  });
  return { status, stderr, stdout };
}

describe('the installer', () => {
  it('says that Java is missing, why, and how to get it, before it downloads anything', () => {
    const { status, stderr, stdout } = installOn({});
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('npm start cannot begin; nothing was downloaded.');
    expect(stderr).toMatch(
      /Missing: Java 17 or newer \(none found\)\n {2}Why: .*Kafka.*\n {2}Debian: .*apt-get install/,
    );
  });

  it('takes no Java that is too old', () => {
    expect(installOn({ java: 'openjdk version "11.0.2" 2019-01-15' }).stderr).toContain(
      'Java 17 or newer (found 11)',
    );
    expect(installOn({ java: 'java version "1.8.0_392"' }).stderr).toContain('Java 17 or newer (found 8)');
  });
});

it('says what to use where it does not run, before it asks for anything', () => {
  const onMac = `data:text/javascript,Object.defineProperty(process, 'platform', { value: 'darwin' })`;
  const { status, stderr, stdout } = installOn({}, ['--import', onMac]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/npm start runs on Linux; this is darwin\.[^]*Instead: docker compose up --build/);
  expect(stderr).not.toContain('Java');
});

describe('packagesAreInstalled', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cartage-packages-'));
  const here = { os: [process.platform], cpu: [process.arch] };
  const locked = {
    '': { optionalDependencies: { 'node-here': '24.0.0' } },
    'node_modules/node-here': { version: '24.0.0', optional: true, ...here },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/elsewhere': { version: '1.0.0', optional: true, os: ['none'] },
    'node_modules/needs-a-compiler': { version: '1.0.0', optional: true },
  };
  const installedWith = (packages: object) => {
    const list = join(folder, `${randomUUID()}.json`);
    writeFileSync(list, JSON.stringify({ packages }));
    return packagesAreInstalled(locked, list);
  };
  const all = { 'node_modules/node-here': { version: '24.0.0' }, 'node_modules/a': { version: '1.0.0' } };

  it('misses nothing when all that belongs on this machine is there, whenever its files were written', () => {
    expect(installedWith(all)).toBe(true);
  });

  it('sees what is missing, or of another version, or an installation that never ended', () => {
    expect(installedWith({ ...all, 'node_modules/a': { version: '0.9.0' } })).toBe(false);
    expect(installedWith({ 'node_modules/a': { version: '1.0.0' } })).toBe(false);
    expect(packagesAreInstalled(locked, join(folder, 'none.json'))).toBe(false);
  });
});

describe('progress', () => {
  it('writes whole plain lines where nobody watches', () => {
    const written: string[] = [];
    const shown = progress('Kafka', { write: (text) => written.push(text), live: false, now: () => 0 });
    shown.say('3 files');
    shown.done('45 files');
    expect(written).toEqual([expect.stringMatching(/^ {2}Kafka +45 files +0\.0 s\n$/)]);
  });
});
