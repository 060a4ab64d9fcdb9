/** Real: docker-compose.yml, Docker Compose where it is found. No engine: images are neither built nor pulled here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { loadConfig } from '../../services/platform/config/load.ts';
import { anyOf, itWith, program, run, withWords } from './programs.ts';
import { processes, sectionsOf } from './processes.ts';

interface Service {
  image: string;
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
    const images = Object.values(services).map(({ image }) => image);
    expect(images.filter((image) => !/:(local|v?\d[\w.-]*)$/.test(image))).toEqual([]);
    const pom = read('deploy/local/pom.xml');
    const version = (property: string) => new RegExp(`<${property}>(.*?)</`).exec(pom)![1];
    expect(services.kafka!.image).toBe(`apache/kafka:${version('kafka.version')}`);
    expect(services.registry!.image).toBe(`apicurio/apicurio-registry:${version('apicurio.version')}`);
  });

  it.each(['shop', 'erp'])('starts the sandbox %s with options that it knows', (name) => {
    const [, main, ...words] = services[name]!.entrypoint!;
    const known = read(main!);
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
