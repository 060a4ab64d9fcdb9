/** The installer as npm calls it, on a machine that lacks something: a PATH with only what the test puts there. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { progress } from './progress.mjs';
import { projectFolder } from './places.mjs';

function installOn(programs: Record<string, string>) {
  const bin = mkdtempSync(join(tmpdir(), 'cartage-path-'));
  for (const [name, says] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho '${says}' >&2\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const installer = join(projectFolder, 'deploy/local/install.mjs');
  const { status, stderr, stdout } = spawnSync(process.execPath, [installer, '--for', 'start'], {
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

describe('progress', () => {
  it('writes whole plain lines where nobody watches', () => {
    const written: string[] = [];
    const shown = progress('Kafka', { write: (text) => written.push(text), live: false, now: () => 0 });
    shown.say('3 files');
    shown.done('45 files');
    expect(written).toEqual([expect.stringMatching(/^ {2}Kafka +45 files +0\.0 s\n$/)]);
  });
});
