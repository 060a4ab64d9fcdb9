/**
 * Real: a Kubernetes API server with its store, the manifests as Kustomize renders them, the definitions that Strimzi,
 * KEDA and the Prometheus operator publish of what they read (operators.json). Not real: nodes, so nothing runs.
 * Asserted: a release is accepted whole, and so is the next one over it; a field that an operator does not know is refused.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { serverPrograms, startApiServer, type ApiServer } from './api-server.ts';
import { itWith } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-release-'));
const overlay = join(folder, 'deploy/kubernetes/overlays/example');
let server: ApiServer | undefined;

beforeAll(async () => {
  for (const part of ['kubernetes', 'config'])
    cpSync(join(projectFolder, 'deploy', part), join(folder, 'deploy', part), { recursive: true });
  if (serverPrograms.every(({ command }) => command !== null)) server = await startApiServer(folder);
});

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
});

/** As somebody would who builds a new image. */
function release(tag: string): { code: number | null; output: string } {
  const file = join(overlay, 'kustomization.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/newTag: [\w.]+/, `newTag: ${tag}`));
  return server!.kubectl('apply', '--server-side', '-k', overlay);
}

const jobs = () => server!.kubectl('-n', 'cartage', 'get', 'jobs', '-o', 'name').output.trim().split('\n');

/** Of the manifests those that operators read, not Kubernetes itself. */
const forOperators = (manifests: string) =>
  manifests
    .split(/^---\n/m)
    .filter((text) => /^apiVersion: (kafka\.strimzi|keda|monitoring\.coreos)\./m.test(text));

/** @returns what the server says of each, field by field. */
function judge(manifests: readonly string[]) {
  const file = join(folder, 'for-operators.yaml');
  writeFileSync(file, manifests.join('---\n'));
  const { code, output } = server!.kubectl(
    '-n',
    'cartage',
    'apply',
    '--server-side',
    '--dry-run=server',
    '-f',
    file,
  );
  return { code, accepted: output.match(/serverside-applied/g)?.length ?? 0, output };
}

describe('a release', () => {
  itWith(serverPrograms, 'is accepted, every manifest of it, without a warning', () => {
    const { code, output } = release('0.1.0');
    // A job is called by nobody, so the dots of its release do no harm in its name.
    const warnings = (output.match(/^Warning.*/gm) ?? []).filter(
      (line) => !line.includes('must not contain dots'),
    );
    expect({ code, warnings }).toEqual({ code: 0, warnings: [] });
    expect(output.match(/serverside-applied/g)!.length).toBeGreaterThan(20);
  });

  itWith(serverPrograms, 'is followed by the next one, with a job of its own', () => {
    expect(release('0.2.0').code).toBe(0);
    expect(jobs().toSorted()).toEqual(['job.batch/topics-0.1.0', 'job.batch/topics-0.2.0']);
  });

  itWith(serverPrograms, 'could not change the job of the one before', () => {
    const file = join(overlay, 'kustomization.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, text.indexOf('replacements:')));
    expect(release('0.3.0').code).toBe(0);
    const { code, output } = release('0.4.0');
    expect({ code, said: /field is immutable/.test(output) }).toEqual({ code: 1, said: true });
  });

  itWith(serverPrograms, 'has nothing that its operators do not know', () => {
    const definitions = join(import.meta.dirname, 'operators.json');
    expect(server!.kubectl('apply', '--server-side', '-f', definitions).code).toBe(0);
    expect(server!.kubectl('wait', '--for=condition=Established', 'crd', '--all').code).toBe(0);
    const full = server!.kubectl('kustomize', join(folder, 'deploy/kubernetes/overlays/full')).output;
    const strimzi = ['topics', 'users'].map((name) =>
      readFileSync(join(folder, `deploy/kubernetes/strimzi/${name}.yaml`), 'utf8'),
    );
    const manifests = forOperators([full, ...strimzi].join('---\n'));
    expect(manifests.length).toBeGreaterThan(25);
    expect(judge(manifests)).toEqual({
      code: 0,
      accepted: manifests.length,
      output: expect.not.stringMatching(/unknown field|Warning/),
    });
    for (const kind of [
      'KafkaTopic',
      'KafkaUser',
      'PodMonitor',
      'PrometheusRule',
      'ScaledObject',
      'TriggerAuthentication',
    ]) {
      const one = manifests.find((text) => text.includes(`\nkind: ${kind}\n`))!;
      expect(judge([one.replace(/^spec:$/m, 'spec:\n  notKnown: 1')]).output).toMatch(/notKnown/);
    }
  });
});
