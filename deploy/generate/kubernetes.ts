/**
 * The Kubernetes side of the table of processes: for each a Deployment, a disruption budget where there are several, a
 * Service and an opening in the network where it is called. What all have in common stands in the patches of base/.
 */
import { drainTimeoutMs } from '../../services/platform/lifecycle/signals.ts';
import { commandLine, type ProcessRow } from '../../services/platform/processes.ts';
import { fileVariables, reaches, secretFiles } from './secrets.ts';
import { documents, type Commented } from './yaml.ts';

/** A caller may send to a pod for a moment after it was told to end, until every node has heard of it. */
const preStopSeconds = 5;
/** Between the process's own limit and the kill. */
const reserveSeconds = 5;

export function processManifests(rows: readonly ProcessRow[]): string {
  return documents('What all of them have in common is added by patch-pod.yaml and patch-process.yaml.', [
    ...rows.flatMap((row) => [deployment(row), ...budget(row), ...service(row), ...openings(row)]),
    toolbox(commandLine),
  ]);
}

/** Where commands are run from: with the command line's own rights, and its secrets only while there is a pod. */
function toolbox(row: ProcessRow): Commented {
  const { apiVersion, kind, metadata, spec } = deployment(row).data;
  const { containers, ...pod } = spec.template.spec;
  const template = {
    ...spec.template,
    spec: {
      ...pod,
      // It only sleeps, and as the first process of its container does not hear SIGTERM.
      terminationGracePeriodSeconds: 1,
      containers: containers.map((container) => ({ ...container, command: ['sleep', 'infinity'] })),
    },
  };
  const labels = { ...metadata.labels, 'app.kubernetes.io/component': 'tool' };
  return {
    comment: `${row.summary}, when it is needed: kubectl scale deployment/${row.name} --replicas=1.`,
    data: { apiVersion, kind, metadata: { ...metadata, labels }, spec: { ...spec, template } },
  };
}

export const nameLabel = (row: ProcessRow) => ({ 'app.kubernetes.io/name': row.name });

function deployment(row: ProcessRow) {
  const labels = { ...nameLabel(row), ...reachLabels(row) };
  return {
    comment: `${row.summary}.`,
    data: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: row.name, labels: { ...labels, 'app.kubernetes.io/component': 'process' } },
      spec: {
        replicas: row.replicas,
        ...(row.single ? { strategy: { type: 'Recreate' } } : {}),
        selector: { matchLabels: nameLabel(row) },
        template: { metadata: { labels }, spec: podSpec(row) },
      },
    },
  };
}

function podSpec(row: ProcessRow) {
  const { request, limit } = row.memoryMiB;
  const secrets = row.needs.map((need) => secretFiles[need]);
  const drainSeconds = drainTimeoutMs / 1000 + reserveSeconds;
  return {
    // It finishes what is under way, commits, leaves its group; see drainTimeoutMs.
    terminationGracePeriodSeconds: drainSeconds + (row.called ? preStopSeconds : 0),
    ...(row.replicas > 1 ? { topologySpreadConstraints: spread(row) } : {}),
    containers: [
      {
        name: 'cartage',
        env: [{ name: 'SERVICE', value: row.name }, ...fileVariables(row.needs)],
        ...(row.listens.length > 0
          ? { ports: row.listens.map(({ name, port }) => ({ name, containerPort: port })) }
          : {}),
        resources: { requests: { memory: `${request}Mi` }, limits: { memory: `${limit}Mi` } },
        ...(row.called ? { lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } } } : {}),
        ...(secrets.length > 0
          ? {
              volumeMounts: secrets.map(({ folder }) => ({
                name: folder,
                mountPath: `/run/secrets/${folder}`,
                readOnly: true,
              })),
            }
          : {}),
      },
    ],
    ...(secrets.length > 0
      ? {
          volumes: secrets.map(({ folder, secret }) => ({
            name: folder,
            secret: { secretName: secret, defaultMode: 0o440 },
          })),
        }
      : {}),
  };
}

/** Apart from its own kind, by node and by zone, where there are several; a cluster of one node runs them all the same. */
function spread(row: ProcessRow) {
  return ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: nameLabel(row) },
    // Those of the release before are about to go and do not count.
    matchLabelKeys: ['pod-template-hash'],
  }));
}

function reachLabels(row: ProcessRow): Record<string, string> {
  const labels = row.needs.map((need) => reaches[need]).filter((label) => label !== null);
  return Object.fromEntries(labels.map((label) => [label, 'true']));
}

/** A drained node takes one of each at a time. A single one may go, and comes elsewhere. */
function budget(row: ProcessRow): Commented[] {
  if (row.replicas < 2) return [];
  const data = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: row.name },
    spec: { maxUnavailable: 1, selector: { matchLabels: nameLabel(row) } },
  };
  return [{ data }];
}

function service(row: ProcessRow): Commented[] {
  if (!row.called) return [];
  const { port, by } = row.called;
  const data = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: row.name },
    spec: { selector: nameLabel(row), ports: [{ name: port, port: 80, targetPort: port }] },
  };
  return [{ comment: `Called by: ${by}.`, data }];
}

/** From anywhere: an overlay knows from where. */
function openings(row: ProcessRow): Commented[] {
  return row.listens.map(({ name, port }) => ({
    data: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `${row.name}-${name}` },
      spec: {
        podSelector: { matchLabels: nameLabel(row) },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port, protocol: 'TCP' }] }],
      },
    },
  }));
}
