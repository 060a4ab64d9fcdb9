/**
 * Real: the manifests as Kustomize renders them, the schemas of Kubernetes. Not a cluster: what only a running one
 * says (admission, scheduling) is not shown here.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { contracts } from '../../schemas/topics.ts';
import { loadConfig } from '../../services/platform/config/load.ts';
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

interface PodSpec {
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext?: { runAsNonRoot?: boolean; seccompProfile?: { type: string } };
  containers: Container[];
  volumes: { name: string; secret?: { secretName: string } }[];
}

interface Container {
  env: { name: string; value?: string; valueFrom?: unknown }[];
  envFrom: { configMapRef: { name: string } }[];
  volumeMounts: { name: string; mountPath: string }[];
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
const rendered = join(folder, 'rendered.yaml');
let manifests: Manifest[] = [];
const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const podOf = (name: string) =>
  manifests.find(({ kind, metadata }) => /Deployment|Job/.test(kind) && metadata.name === name)!.spec!
    .template!.spec;

beforeAll(() => {
  if (kustomize.command === null) return;
  const { code, output } = run(kustomize, 'deploy/kubernetes/overlays/example');
  if (code !== 0) throw new Error(output);
  writeFileSync(rendered, output);
  manifests = parseAllDocuments(output).map((document) => document.toJS() as Manifest);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the manifests', () => {
  itWith([kustomize, validate], 'are what Kubernetes knows, field by field', () => {
    const { code, output } = run(validate, '-k', '1.37', '--strict', '--quiet', rendered);
    expect({ code, output }).toEqual({ code: 0, output: '' });
  });

  itWith([kustomize, kubeScore], 'have nothing critical by kube-score', () => {
    // A released image has a version of its own, so pulling it each time shows nothing new.
    const ignored = ['--ignore-test', 'container-image-pull-policy'];
    const { output } = run(kubeScore, 'score', rendered, '--output-format', 'ci', ...ignored);
    expect(output).toContain('[OK]');
    expect(output.split('\n').filter((line) => line.startsWith('[CRITICAL]'))).toEqual([]);
  });

  itWith([kustomize], 'have one Deployment per process, and the job of the topics', () => {
    expect(
      ofKind('Deployment')
        .map(({ metadata }) => metadata.name)
        .toSorted(),
    ).toEqual(processes());
    expect(ofKind('Job').map(({ metadata }) => metadata.name)).toEqual(['topics']);
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
      expect(pod.terminationGracePeriodSeconds! * 1000).toBeGreaterThan(drainTimeoutMs);
    }
  });

  itWith([kustomize], 'never run two ingesters: the replication slot has one reader', () => {
    const ingester = ofKind('Deployment').find(({ metadata }) => metadata.name === 'erp-ingester')!;
    expect(ingester.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  itWith([kustomize], 'hold no secret', () => {
    expect(ofKind('Secret')).toEqual([]);
    const values = Object.values(exampleVariables).filter((value) => value.length >= 32);
    const text = readFileSync(rendered, 'utf8');
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
  for (const name of [...processes(), 'topics'])
    itWith([kustomize], `has every variable that ${name} needs`, () => {
      const file = join(folder, `${name}.yaml`);
      const config = ofKind('ConfigMap').find(({ metadata }) => metadata.name.startsWith('cartage-config-'))!;
      writeFileSync(file, config.data!['cartage.yaml']!);
      const sections = name === 'topics' ? [] : sectionsOf(name);
      expect(() => loadConfig(file, sections, environmentOf(name))).not.toThrow();
    });
});

describe('the Strimzi manifests', () => {
  it('are one KafkaTopic for each topic', () => {
    const text = readFileSync(join(projectFolder, 'deploy/kubernetes/strimzi/topics.yaml'), 'utf8');
    const names = text.split('\n---\n').map((part) => (parse(part) as Manifest).metadata.name);
    expect(names).toEqual(contracts.map(({ topic }) => topic));
  });
});
