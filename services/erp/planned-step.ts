/** One step of what would be done, for people: what is secret in it is masked. */
export interface PlannedStep {
  /** Its place in the configuration: `orders.create`. */
  name: string;
  /** A call that only asks, one that would write and is not made, or what an answer gives. */
  is: 'asks' | 'writes' | 'gives';
  /** Method, address, headers and body; or the value. */
  text: string;
}
