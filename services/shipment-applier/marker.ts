import { isMarker } from '../magento/marker.ts';

/** Something of an order with its comments. */
interface Commented {
  comments: readonly { comment: string | null }[];
}

/** What carries the marker; of several (made by hand) the first. */
export function findMarked<Made extends Commented>(made: readonly Made[], marker: string): Made | undefined {
  return made.find(({ comments }) => comments.some(({ comment }) => isMarker(comment, marker)));
}
