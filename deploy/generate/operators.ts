/** For clusters with the Prometheus operator, and with KEDA. */
import { parse } from 'yaml';
import { groupOf } from '../../services/platform/groups.ts';
import { readerOf, type ProcessRow } from '../../services/platform/processes.ts';
import { principalName } from './rights.ts';
import { documents, type Commented } from './yaml.ts';

const scalerName = 'cartage-scaler';
const partOf = { 'app.kubernetes.io/part-of': 'cartage' };

export function podMonitor(): string {
  const data = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name: 'cartage' },
    spec: {
      // The rules ask for job="cartage".
      jobLabel: 'app.kubernetes.io/part-of',
      // A pod without that port, as the job's, is no target.
      selector: { matchLabels: partOf },
      podMetricsEndpoints: [{ port: 'http', path: '/metrics', interval: '15s' }],
    },
  };
  return documents('Targets: every process, found by its labels.', [{ data }]);
}

/** @param rules The text of deploy/observability/alerts.yaml, their one source. */
export function prometheusRule(rules: string): string {
  const { groups } = parse(rules) as { groups: unknown };
  const data = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'cartage' },
    spec: { groups },
  };
  return documents('The rules of deploy/observability/alerts.yaml, where each is explained.', [{ data }]);
}

/**
 * Lag is what waits, so lag is what scales: a process that waits for a slow shop uses no processor time. The appliers
 * are not scaled: what the shop takes is their limit.
 */
export function scaledObjects(rows: readonly ProcessRow[], instance: string): string {
  return documents(
    'KEDA 2.12 or later. More replicas while records wait, never more than there are partitions.',
    [
      ...rows.flatMap((row) => (row.scaled ? [scaledObject(row, row.scaled, instance)] : [])),
      ...scalerLogin(instance),
    ],
  );
}

function scaledObject(
  row: ProcessRow,
  { replicasMax, lagRecords }: NonNullable<ProcessRow['scaled']>,
  instance: string,
): Commented {
  const data = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: row.name },
    spec: {
      scaleTargetRef: { name: row.name },
      minReplicaCount: row.replicas,
      maxReplicaCount: replicasMax,
      // Each new member costs its group a rebalance.
      pollingInterval: 30,
      advanced: {
        horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 600 } } },
      },
      triggers: row.flows.map((flow) => ({
        type: 'kafka',
        metadata: {
          // Of the Deployment that is scaled.
          bootstrapServersFromEnv: 'KAFKA_BROKERS',
          sasl: 'scram_sha512',
          tls: 'enable',
          consumerGroup: groupOf(instance, readerOf(row.name, flow)),
          topic: flow.topic,
          lagThreshold: String(lagRecords),
          // A group that has not committed yet has all before it.
          offsetResetPolicy: 'earliest',
          allowIdleConsumers: 'false',
        },
        authenticationRef: { name: scalerName },
      })),
    },
  };
  return { comment: `One more for every ${lagRecords} records that wait.`, data };
}

/** The scaler sees groups and topics, and reads no record. */
function scalerLogin(instance: string): Commented[] {
  const user = principalName(instance, 'scaler');
  return [
    {
      data: {
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'TriggerAuthentication',
        metadata: { name: scalerName },
        spec: {
          configMapTargetRef: [{ parameter: 'username', name: scalerName, key: 'username' }],
          secretTargetRef: [{ parameter: 'password', name: user, key: 'password' }],
        },
      },
    },
    {
      data: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: scalerName },
        data: { username: user },
      },
    },
  ];
}

/** Who counts the replicas must be one: with them in the manifest each apply would set them back. */
export function withoutReplicas(rows: readonly ProcessRow[]): string {
  return documents(
    'The replicas of what is scaled are counted by KEDA alone.',
    rows
      .filter(({ scaled }) => scaled)
      .map(({ name }) => ({
        data: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas: null } },
      })),
  );
}
