/** Real: docker-compose.yml, Docker Compose where it is found. No engine: images are neither built nor pulled here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { loadConfig } from '../../services/platform/config/load.ts';
import { images } from '../../deploy/local/settings.ts';
import { anyOf, itWith, program, run, withWords } from './programs.ts';
import { processes, sectionsOf } from './processes.ts';

interface Service {
  image: string;
  build?: unknown;
  pull_policy?: string;
  mem_limit?: string;
  tmpfs?: string[];
  ports?: string[];
  environment?: Record<string, string>;
  entrypoint?: string[];
  volumes?: string[];
}

const read = (path: string) => readFileSync(join(projectFolder, path), 'utf8');
const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
};

/** As Compose fills it in where the caller has set nothing. */
const substituted = (value: string) => value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');

const docker = withWords(program('docker'), 'compose');
const compose = anyOf(program('docker-compose'), {
  ...docker,
  command: docker.command && run(docker, 'version').code === 0 ? docker.command : null,
});

describe('docker-compose.yml', () => {
  itWith([compose], 'is accepted by Docker Compose, all profiles of it', () => {
    const { code, output } = run(compose, '--profile', '*', '-f', 'docker-compose.yml', 'config', '-q');
    expect({ code, output }).toEqual({ code: 0, output: '' });
  });

  it('runs every process', () => {
    const selected = Object.values(services).flatMap(({ environment }) => environment?.SERVICE ?? []);
    expect([...new Set(selected)].toSorted()).toEqual([...processes(), 'cli'].toSorted());
  });

  it.each(processes())('gives %s all variables of its configuration', (name) => {
    const environment = Object.fromEntries(
      Object.entries(services[name]!.environment!).map(([key, value]) => [key, substituted(value)]),
    );
    const file = join(projectFolder, 'deploy/config/sandbox.yaml');
    expect(() => loadConfig(file, sectionsOf(name), environment)).not.toThrow();
  });

  it('binds every port to this machine alone', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(5);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('names the version of each image, the same as without containers', () => {
    const found = Object.values(services).map(({ image }) => image);
    expect(found.filter((image) => !/:(local|v?\d+\.\d[\w.-]*)$/.test(image))).toEqual([]);
    const { kafka, registry, postgres } = services;
    expect({ kafka: kafka!.image, registry: registry!.image, postgres: postgres!.image }).toEqual(images);
  });

  it('builds each image of ours once; whoever else runs it waits for that and never asks a registry', () => {
    const ours = Map.groupBy(
      Object.values(services).filter(({ image }) => image.endsWith(':local')),
      ({ image }) => image,
    );
    expect(ours.size).toBe(2);
    for (const users of ours.values()) {
      expect(users.filter(({ build }) => build)).toHaveLength(1);
      for (const { build, pull_policy: policy } of users) if (!build) expect(policy).toBe('never');
    }
  });

  it('bounds the memory of everything', () => {
    const unbounded = Object.entries(services).filter(
      ([, service]) => !/^\d+m$/.test(service.mem_limit ?? ''),
    );
    expect(unbounded.map(([name]) => name)).toEqual([]);
  });

  // As the images declare them: Docker makes a nameless volume for each that nothing is mounted over.
  it.each([
    ['kafka', ['/etc/kafka/secrets', '/mnt/shared/config', '/var/lib/kafka/data']],
    ['postgres', ['/var/lib/postgresql']],
    ['jaeger', ['/tmp']],
    ['prometheus', ['/prometheus']],
  ])('leaves no nameless volume of %s behind', (name, declared) => {
    const { volumes = [], tmpfs = [] } = services[name]!;
    const mounted = new Set([...volumes.map((volume) => volume.split(':')[1]), ...tmpfs]);
    expect(declared.filter((path) => !mounted.has(path))).toEqual([]);
  });

  it.each(['shop', 'erp'])('starts the sandbox %s with options that it knows', (name) => {
    const [, main, ...words] = services[name]!.entrypoint!;
    // As it is called in the image.
    const known = read(main!.replace(/\.js$/, '.ts'));
    const unknown = words
      .map((word) => /^--([^=]+)/.exec(word)![1]!)
      .filter((option) => !new RegExp(String.raw`^\s*'?${option}'?: \{ type:`, 'm').test(known));
    expect(unknown).toEqual([]);
  });

  it('mounts only files that are there', () => {
    const mounted = Object.values(services)
      .flatMap(({ volumes }) => volumes ?? [])
      .flatMap((volume) => (volume.startsWith('./') ? [volume.split(':')[0]!] : []));
    expect(mounted.length).toBeGreaterThan(2);
    expect(mounted.filter((path) => !existsSync(join(projectFolder, path)))).toEqual([]);
  });
});
