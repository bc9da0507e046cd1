/** What a steward said of two parties. It holds in every later run, whatever the evidence. `a` is the lower id. */
export interface Decision {
  a: string;
  b: string;
  verdict: 'SAME' | 'APART';
}
