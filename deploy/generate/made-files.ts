/** Every file that is made from the tables of processes and topics, with the text that it must have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contracts } from '../../schemas/topics.ts';
import { processes, type ProcessRow } from '../../services/platform/processes.ts';
import { projectFolder } from '../local/install/places.mjs';
import { withComposeServices, withTargets } from './compose.ts';
import { processManifests } from './kubernetes.ts';
import { podMonitor, prometheusRule, scaledObjects, withoutReplicas } from './operators.ts';
import { aclScript, kafkaUsers, loginPatches } from './principals.ts';
import { kafkaTopics } from './strimzi-topics.ts';

export interface MadeFile {
  /** From the project's folder. */
  path: string;
  text: string;
}

/** Of deploy/config/cartage.yaml. */
const exampleInstance = 'main';

/** What names consumer groups and principals, of which the shop instance is a part. */
export function instanceFiles(rows: readonly ProcessRow[], instance: string): MadeFile[] {
  const files = {
    'deploy/kubernetes/components/scaling/scaled-objects.yaml': scaledObjects(rows, instance),
    'deploy/kubernetes/components/principals/logins.yaml': loginPatches(rows, instance),
    'deploy/kubernetes/strimzi/users.yaml': kafkaUsers(rows, instance),
    'deploy/kafka/acls.sh': aclScript(rows, instance),
  };
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

export function madeFiles(rows: readonly ProcessRow[] = processes): MadeFile[] {
  const kubernetes = 'deploy/kubernetes';
  const observability = 'deploy/observability';
  const files: Record<string, string> = {
    'docker-compose.yml': withComposeServices(textOf('docker-compose.yml'), rows),
    [`${observability}/prometheus.yaml`]: withTargets(textOf(`${observability}/prometheus.yaml`), rows),
    [`${kubernetes}/base/processes.yaml`]: processManifests(rows),
    [`${kubernetes}/components/monitoring/pod-monitor.yaml`]: podMonitor(),
    [`${kubernetes}/components/monitoring/rules.yaml`]: prometheusRule(
      textOf(`${observability}/alerts.yaml`),
    ),
    [`${kubernetes}/components/scaling/without-replicas.yaml`]: withoutReplicas(rows),
    [`${kubernetes}/strimzi/topics.yaml`]: kafkaTopics(contracts),
  };
  return [
    ...Object.entries(files).map(([path, text]) => ({ path, text })),
    ...instanceFiles(rows, exampleInstance),
  ];
}

const textOf = (path: string): string => readFileSync(join(projectFolder, path), 'utf8');
