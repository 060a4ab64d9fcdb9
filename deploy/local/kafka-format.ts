import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { javaProgramsFolder } from './install/places.mjs';
import { javaCommand, javaFlags, javaProgram } from './java.ts';

/**
 * Makes an empty folder the KRaft log folder of a node. Kafka's own tool does it, once per installation (a JVM,
 * 1-3 s); afterwards the two small files that it wrote are copied. That gives every broker of this machine the
 * same cluster id, which those of one cluster must share, and others never meet.
 */
export async function formatStorage(dataDir: string, propertiesFile: string, nodeId: number): Promise<void> {
  const template = join(javaProgramsFolder(), 'kafka-formatted');
  if (!existsSync(template)) await makeTemplate(template, dataDir, propertiesFile);
  cpSync(template, dataDir, { recursive: true });
  const identity = join(dataDir, 'meta.properties');
  writeFileSync(identity, identityOf(readFileSync(identity, 'utf8'), nodeId));
}

/** Who the node is and which folder this is: both must differ between the nodes of a cluster. */
function identityOf(template: string, nodeId: number): string {
  return template
    .replace(/^node\.id=.*$/m, `node.id=${nodeId}`)
    .replace(/^directory\.id=.*$/m, `directory.id=${kafkaId()}`);
}

async function makeTemplate(template: string, dataDir: string, propertiesFile: string): Promise<void> {
  const program = [...javaFlags, '-cp', `${javaProgram('kafka')}/*`, 'kafka.tools.StorageTool'];
  const args = [...program, 'format', '-t', kafkaId(), '-c', propertiesFile];
  await promisify(execFile)(javaCommand(), args).catch((error: { stderr?: string; message: string }) => {
    throw new Error(`Kafka's storage tool failed: ${error.stderr?.trim() || error.message}`, {
      cause: error,
    });
  });
  const unfinished = `${template}.${process.pid}`;
  mkdirSync(unfinished);
  cpSync(dataDir, unfinished, { recursive: true });
  rmSync(dataDir, { recursive: true });
  if (existsSync(template)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, template);
}

/** 16 bytes as 22 characters of base64url; a leading dash would be read as an option. */
function kafkaId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
