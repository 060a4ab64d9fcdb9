/**
 * Real: the manifests as Kustomize renders them, the schemas of Kubernetes. Not a cluster: what only a running one
 * says (admission, scheduling) is not shown here.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { contracts } from '../../schemas/topics.ts';
import { loadConfig } from '../../services/platform/config/load.ts';
import { configSchema, type SectionName } from '../../services/platform/config/schema.ts';
import { drainTimeoutMs } from '../../services/platform/lifecycle/signals.ts';
import { exampleVariables } from './example-variables.ts';
import { anyOf, itWith, program, pythonModule, run, withWords } from './programs.ts';
import { processes, sectionsOf } from './processes.ts';

interface Manifest {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec?: {
    replicas?: number;
    strategy?: { type: string };
    selector?: { matchLabels?: Record<string, string> };
    template?: { metadata: { labels: Record<string, string> }; spec: PodSpec };
  };
}

interface KafkaTopic {
  metadata: { name: string };
  spec: unknown;
}

interface PodSpec {
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  topologySpreadConstraints?: unknown[];
  securityContext?: { runAsNonRoot?: boolean; seccompProfile?: { type: string } };
  containers: Container[];
  volumes: { name: string; secret?: { secretName: string } }[];
}

interface Container {
  env: { name: string; value?: string; valueFrom?: unknown }[];
  envFrom: { configMapRef: { name: string } }[];
  volumeMounts: { name: string; mountPath: string }[];
  lifecycle?: { preStop: { sleep: { seconds: number } } };
  startupProbe?: unknown;
  livenessProbe?: { httpGet: { path: string } };
  readinessProbe?: { httpGet: { path: string } };
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: {
    readOnlyRootFilesystem?: boolean;
    allowPrivilegeEscalation?: boolean;
    capabilities?: unknown;
  };
}

const kustomize = anyOf(withWords(program('kubectl'), 'kustomize'), withWords(program('kustomize'), 'build'));
const validate = pythonModule('kubernetes_validate');
const kubeScore = program('kube-score');
const folder = mkdtempSync(join(tmpdir(), 'cartage-manifests-'));
const rendered = { example: join(folder, 'example.yaml'), full: join(folder, 'full.yaml') };
/** Of the overlay `example`; of `full` only where a test says so. */
let manifests: Manifest[] = [];
let full: Manifest[] = [];
const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
/** The job is named after its release. */
const podOf = (name: string, among = manifests) =>
  among.find(({ kind, metadata }) => /Deployment|Job/.test(kind) && metadata.name.split('-0.')[0] === name)!
    .spec!.template!.spec;

function render(overlay: 'example' | 'full'): Manifest[] {
  const { code, output } = run(kustomize, `deploy/kubernetes/overlays/${overlay}`);
  if (code !== 0) throw new Error(output);
  writeFileSync(rendered[overlay], output);
  return parseAllDocuments(output).map((document) => document.toJS() as Manifest);
}

beforeAll(() => {
  if (kustomize.command === null) return;
  manifests = render('example');
  full = render('full');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the manifests', () => {
  itWith([kustomize, validate], 'are what Kubernetes knows, field by field', () => {
    const said = Object.values(rendered).map((file) =>
      run(validate, '-k', '1.37', '--strict', '--quiet', file),
    );
    expect(said[0]).toEqual({ code: 0, output: '' });
    // What belongs to an operator is not Kubernetes' own.
    const others = /kind (PodMonitor|PrometheusRule|ScaledObject|TriggerAuthentication) /;
    expect(said[1]!.code).toBe(0);
    expect(said[1]!.output.split('\n').filter((line) => line !== '' && !others.test(line))).toEqual([]);
  });

  itWith([kustomize, kubeScore], 'have nothing critical by kube-score', () => {
    // A released image has a version of its own, so pulling it each time shows nothing new.
    const ignored = ['--ignore-test', 'container-image-pull-policy'];
    for (const file of Object.values(rendered)) {
      const { output } = run(kubeScore, 'score', file, '--output-format', 'ci', ...ignored);
      expect(output).toContain('[OK]');
      expect(output.split('\n').filter((line) => line.startsWith('[CRITICAL]'))).toEqual([]);
    }
  });

  itWith([kustomize], 'have one Deployment per process, and the job of the topics', () => {
    expect(
      ofKind('Deployment')
        .map(({ metadata }) => metadata.name)
        .toSorted(),
    ).toEqual([...processes(), 'cli'].toSorted());
    expect(ofKind('Job').map(({ metadata }) => metadata.name)).toEqual(['topics-0.1.0']);
  });

  itWith([kustomize], 'give every process probes, limits, and no right that it does not need', () => {
    for (const name of processes()) {
      const pod = podOf(name);
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            livenessProbe: { httpGet: { path: '/livez' } },
            readinessProbe: { httpGet: { path: '/readyz' } },
            startupProbe: expect.anything() as unknown,
            resources: {
              requests: { memory: expect.any(String) as unknown },
              limits: { memory: expect.any(String) as unknown },
            },
            securityContext: {
              readOnlyRootFilesystem: true,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      });
      const preStopSeconds = pod.containers[0]!.lifecycle?.preStop.sleep.seconds ?? 0;
      expect((pod.terminationGracePeriodSeconds! - preStopSeconds) * 1000).toBeGreaterThan(drainTimeoutMs);
    }
  });

  itWith([kustomize], 'let who is called go on listening until every node has heard that it ends', () => {
    const called = ofKind('Service').map(({ metadata }) => metadata.name);
    expect(called.toSorted()).toEqual(['console', 'order-relay']);
    for (const name of called)
      expect(podOf(name).containers[0]!.lifecycle?.preStop.sleep.seconds).toBeGreaterThanOrEqual(3);
  });

  itWith([kustomize], 'spread several of one kind over nodes and zones', () => {
    for (const { metadata, spec } of ofKind('Deployment').filter(
      ({ spec: { replicas } = {} }) => replicas! > 1,
    ))
      for (const topologyKey of ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'])
        expect(spec!.template!.spec.topologySpreadConstraints).toContainEqual(
          expect.objectContaining({
            topologyKey,
            labelSelector: { matchLabels: { 'app.kubernetes.io/name': metadata.name } },
          }),
        );
  });

  itWith([kustomize], 'scale on what waits, never on processor time, and leave the counting to one', () => {
    expect(ofKind('HorizontalPodAutoscaler')).toEqual([]);
    const scaled = full.filter(({ kind }) => kind === 'ScaledObject').map(({ metadata }) => metadata.name);
    expect(scaled.toSorted()).toEqual(['order-exporter', 'order-relay']);
    const counted = full
      .filter(({ kind, spec }) => kind === 'Deployment' && spec!.replicas !== undefined)
      .map(({ metadata }) => metadata.name);
    expect(counted.filter((name) => scaled.includes(name))).toEqual([]);
    expect(counted.length).toBe(processes().length + 1 - scaled.length);
  });

  itWith([kustomize], 'give reader and writer of the ERP secrets of their own', () => {
    const secrets = (name: string) =>
      podOf(name)
        .volumes.flatMap(({ secret }) => secret?.secretName ?? [])
        .filter((secret) => secret.startsWith('cartage-erp'));
    expect(['erp-ingester', 'order-exporter', 'cli'].map(secrets)).toEqual([
      ['cartage-erp-reader'],
      ['cartage-erp-writer'],
      ['cartage-erp-reader', 'cartage-erp-writer'],
    ]);
    const [container] = podOf('cli').containers;
    const file = (variable: string) => container!.env.find(({ name }) => name === `${variable}_FILE`)!.value;
    expect([file('ERP_DATABASE_URL'), file('ERP_WRITER_URL')]).toEqual([
      '/run/secrets/erp/database-url',
      '/run/secrets/erp-writer/database-url',
    ]);
  });

  itWith([kustomize], 'let each process log in to Kafka as itself where there are principals', () => {
    for (const name of [...processes(), 'cli', 'topics']) {
      const user = `cartage-main-${name === 'topics' ? 'cli' : name}`;
      const { containers, volumes } = podOf(name, full);
      expect(containers[0]!.env).toContainEqual({ name: 'KAFKA_USERNAME', value: user });
      expect(volumes.find((volume) => volume.name === 'kafka')?.secret?.secretName).toBe(user);
    }
  });

  itWith([kustomize], 'trust an authority of your own in every process where there is one', () => {
    for (const name of [...processes(), 'topics']) {
      const { env, volumeMounts } = podOf(name, full).containers[0]!;
      const file = env.find((one) => one.name === 'NODE_EXTRA_CA_CERTS')!.value!;
      expect(volumeMounts.some(({ mountPath }) => file.startsWith(`${mountPath}/`))).toBe(true);
    }
  });

  itWith([kustomize], 'never run two ingesters: the replication slot has one reader', () => {
    const ingester = ofKind('Deployment').find(({ metadata }) => metadata.name === 'erp-ingester')!;
    expect(ingester.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  itWith([kustomize], 'hold no secret', () => {
    expect(ofKind('Secret')).toEqual([]);
    const values = Object.values(exampleVariables).filter((value) => value.length >= 32);
    const text = Object.values(rendered)
      .map((file) => readFileSync(file, 'utf8'))
      .join('');
    expect(values.filter((value) => text.includes(value))).toEqual([]);
  });

  itWith([kustomize], 'let a disruption take at most one of each process that has several', () => {
    const single = new Set(['erp-ingester', 'console']);
    const guarded = ofKind('PodDisruptionBudget').map(
      ({ spec }) => spec!.selector!.matchLabels!['app.kubernetes.io/name'],
    );
    expect(new Set(guarded)).toEqual(new Set(processes().filter((name) => !single.has(name))));
  });

  itWith([kustomize], 'forbid all traffic that is not named', () => {
    const deny = ofKind('NetworkPolicy').find(({ metadata }) => metadata.name === 'cartage-default-deny')!;
    expect(deny.spec).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'cartage' } },
      policyTypes: ['Ingress', 'Egress'],
    });
    for (const { spec } of [...ofKind('Deployment'), ...ofKind('Job')])
      expect(spec!.template!.metadata.labels['app.kubernetes.io/part-of']).toBe('cartage');
  });
});

/** The variables of a pod; a file is taken as mounted when a secret is mounted over its path. */
function environmentOf(name: string): Record<string, string> {
  const [container] = podOf(name).containers;
  const environment: Record<string, string> = {};
  for (const { configMapRef } of container!.envFrom)
    Object.assign(
      environment,
      ofKind('ConfigMap').find(({ metadata }) => metadata.name === configMapRef.name)!.data,
    );
  for (const { name: variable, value } of container!.env) {
    if (!variable.endsWith('_FILE')) environment[variable] = value!;
    else if (container!.volumeMounts.some(({ mountPath }) => value!.startsWith(`${mountPath}/`))) {
      const plain = variable.slice(0, -'_FILE'.length) as keyof typeof exampleVariables;
      environment[plain] = exampleVariables[plain];
    }
  }
  return environment;
}

describe('the configuration in the cluster', () => {
  for (const name of [...processes(), 'topics', 'cli'])
    itWith([kustomize], `has every variable that ${name} needs`, () => {
      const file = join(folder, `${name}.yaml`);
      const config = ofKind('ConfigMap').find(({ metadata }) => metadata.name.startsWith('cartage-config-'))!;
      writeFileSync(file, config.data!['cartage.yaml']!);
      const sections =
        name === 'topics'
          ? []
          : name === 'cli'
            ? (Object.keys(configSchema.shape) as SectionName[]).filter((section) => section !== 'console')
            : sectionsOf(name);
      expect(() => loadConfig(file, sections, environmentOf(name))).not.toThrow();
    });
});

describe('the Strimzi manifests', () => {
  it('are one KafkaTopic for each topic, of which two copies must be there to acknowledge', () => {
    const text = readFileSync(join(projectFolder, 'deploy/kubernetes/strimzi/topics.yaml'), 'utf8');
    const topics = parseAllDocuments(text).map((document) => document.toJS() as KafkaTopic);
    expect(topics.map(({ metadata }) => metadata.name)).toEqual(contracts.map(({ topic }) => topic));
    for (const { spec } of topics)
      expect(spec).toMatchObject({ replicas: 3, config: { 'min.insync.replicas': '2' } });
  });
});
