/**
 * Three-valued answer of one condition. `unknown` means that the request does not say enough to tell (an argument is
 * missing or of another type, no rate was counted): it never lets an allow rule match and never keeps a deny or approval
 * rule from matching.
 */
export const no = 0;
export const yes = 1;
export const unknown = 2;
export type Truth = typeof no | typeof yes | typeof unknown;

export function not(truth: Truth): Truth {
  return truth === unknown ? unknown : truth === yes ? no : yes;
}

export function truthOf(value: boolean): Truth {
  return value ? yes : no;
}

/** Whether a rule whose conditions combine to `truth` applies. The whole of fail-closed is this line. */
export function isMatch(effect: 'allow' | 'approval' | 'deny', truth: Truth): boolean {
  return effect === 'allow' ? truth === yes : truth !== no;
}
