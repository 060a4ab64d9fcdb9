/**
 * Partition n of every topic goes to the same member: members in the order of their ids, n modulo their number. So a
 * process that reads two topics with the same keys owns a key in both, or in neither.
 * (kafkajs' own round robin counts through all topics, which splits them as soon as their sizes differ.)
 */
import { AssignerProtocol } from 'kafkajs';
import type { Assignment, Cluster, PartitionAssigner } from 'kafkajs';

const assignerName = 'CartageCoPartitionAssigner';
const assignerVersion = 0;

/** `onCluster` receives the consumer's own connection to the cluster, which kafkajs shows to assigners only. */
export function coPartitionAssigner(onCluster: (cluster: Cluster) => void): PartitionAssigner {
  return ({ cluster }) => {
    onCluster(cluster);
    return {
      name: assignerName,
      version: assignerVersion,
      protocol: ({ topics }) => ({
        name: assignerName,
        metadata: AssignerProtocol.MemberMetadata.encode({
          version: assignerVersion,
          topics,
          userData: Buffer.alloc(0),
        }),
      }),
      async assign({ members, topics }) {
        const partitions = topics.map((topic) => ({
          topic,
          partitions: cluster.findTopicPartitionMetadata(topic).map((one) => one.partitionId),
        }));
        const assignments = assign(
          members.map((member) => member.memberId),
          partitions,
        );
        return [...assignments].map(([memberId, assignment]) => ({
          memberId,
          memberAssignment: AssignerProtocol.MemberAssignment.encode({
            version: assignerVersion,
            assignment,
            userData: Buffer.alloc(0),
          }),
        }));
      },
    };
  };
}

export function assign(
  memberIds: string[],
  topics: { topic: string; partitions: number[] }[],
): Map<string, Assignment> {
  const sorted = memberIds.toSorted();
  const assignments = new Map<string, Assignment>(sorted.map((memberId) => [memberId, {}]));
  for (const { topic, partitions } of topics) {
    for (const partition of partitions) {
      const assignment = assignments.get(sorted[partition % sorted.length]!)!;
      (assignment[topic] ??= []).push(partition);
    }
  }
  return assignments;
}
